"""The domain: one jockey's races as typed columns, and everything that can be asked of them."""
