"""What an operator can ask by SQL: seven views, the models that read them, and what is summed up beforehand for them."""
