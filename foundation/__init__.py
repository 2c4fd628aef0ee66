"""The ground every room stands on: ids, secrets that do not print, and the words for saying no. Knows no room."""
