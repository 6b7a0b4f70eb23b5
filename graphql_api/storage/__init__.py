"""Objects by key, in a folder or in S3. All faults are translated to our errors."""
