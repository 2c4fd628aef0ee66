"""What the hub tells operators and tenants by itself: rules, the alerts they raised, and who was told of them."""
