"""What people do with accounts: sign in, invite, switch, act on behalf. One module per noun."""
