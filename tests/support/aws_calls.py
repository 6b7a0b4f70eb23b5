"""A Lambda function that makes one call of a service of AWS: of the package under test it takes the SDK alone."""

from typing import Any

from boto3.session import Session

CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "athena": ("start_query_execution", {"QueryString": "SELECT 1", "WorkGroup": "primary"}),
    "bedrock-runtime": (
        "converse",
        {"modelId": "example.model-1", "messages": [{"role": "user", "content": [{"text": "?"}]}]},
    ),
    "dynamodb": ("list_tables", {}),
    "glue": ("get_databases", {}),
    "s3": ("list_buckets", {}),
    "secretsmanager": ("list_secrets", {}),
    "sns": ("list_topics", {}),
    "sqs": ("list_queues", {}),
    "ssm": ("get_parameters_by_path", {"Path": "/example/"}),
    "stepfunctions": ("list_state_machines", {}),
    "sts": ("get_caller_identity", {}),
}


def handler(event: dict[str, str], _: object) -> int:
    """Call the service that the event names; return the status of its answer."""
    session: Any = Session()
    name, arguments = CALLS[event["service"]]
    answer = getattr(session.client(event["service"]), name)(**arguments)
    return int(answer["ResponseMetadata"]["HTTPStatusCode"])
