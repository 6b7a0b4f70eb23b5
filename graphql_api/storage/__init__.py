"""Where jockey files lie, and reading them: a folder or S3, every fault translated."""
