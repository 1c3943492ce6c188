"""How much of customers' data a member of staff looks at: counted, slowed, refused, and told to administrators."""
