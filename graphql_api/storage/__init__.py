"""Objects by key: a folder or S3, every fault translated."""
