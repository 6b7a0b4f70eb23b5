"""AWS Lambda functions: events told apart by kind, each answered by a thin function over the composition root."""
