"""The status of jobs, for the clients that requested them."""
