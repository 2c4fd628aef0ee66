"""The strongroom: sealed credentials, key providers, key rotation. Knows no platform; nothing else touches ciphertext."""
