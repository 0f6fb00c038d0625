"""`cargo lambda watch` with the deployed stack's environment."""

import subprocess

from . import aws, build, functions, paths, processes, tools
from .console import note


def watch(stack: dict) -> int:
    """Serves the API's routes from the sources until interrupted. Tables, queue and pool are those of the stack."""
    endpoint = stack["aws_endpoint"]
    environment = aws.environment(endpoint) | build.environment() | _variables(stack) | {
        **aws.CREDENTIALS, "AWS_ENDPOINT_URL": endpoint,
        # No authorizer stands before these functions: they verify the token themselves.
        "AUTH_MODE": "jwt",
        "COGNITO_JWKS_URL": f"{endpoint}/{stack['user_pool_id']}/.well-known/jwks.json"}
    environment.pop("ANTHROPIC_API_KEY", None)
    port = processes.free_port("watch")
    note(f"the API is at http://127.0.0.1:{port}/v1/... and changes with the sources; Ctrl-C ends it")
    note('try: curl -H "Authorization: Bearer $(infra/local/stack token me@example.com)" '
         f"http://127.0.0.1:{port}/v1/users/me")
    command = [tools.bin("cargo-lambda"), "lambda", "watch", "--invoke-address", "127.0.0.1",
               "--invoke-port", str(port)]
    return subprocess.run(command, cwd=paths.ROOT, env=environment, check=False).returncode


def _variables(stack: dict) -> dict[str, str]:
    """The environments of all functions together: `cargo lambda watch` has one for every function."""
    client = aws.client("lambda", stack["aws_endpoint"])
    variables = {}
    for name in stack["functions"]:
        configuration = client.get_function_configuration(FunctionName=functions.physical_name(stack, name))
        variables |= configuration["Environment"]["Variables"]
    return variables
