"""What the template asks for and MiniStack leaves out, set through its API after each deployment.

Needed with MiniStack 1.5.33. On AWS the template alone does all of this.
"""

from . import aws


def fill_gaps(endpoint: str, stack_name: str, parameters: dict[str, str]) -> None:
    template = aws.client("cloudformation", endpoint).get_template(StackName=stack_name, TemplateStage="Processed")
    [body] = [resource["Properties"]["Body"] for resource in template["TemplateBody"]["Resources"].values()
              if resource["Type"] == "AWS::ApiGateway::RestApi"]
    values = {name: str(parameter.get("Default", "")) for name, parameter
              in template["TemplateBody"]["Parameters"].items()} | parameters
    gateway = aws.client("apigateway", endpoint)
    api_id = _physical_id(endpoint, stack_name, "Api")
    _gateway_responses(gateway, api_id, body)
    _cross_origin_answers(gateway, api_id, body)
    gateway.create_deployment(restApiId=api_id, stageName="api")
    _worker_concurrency(endpoint, template["TemplateBody"], stack_name, values)
    _expiry(endpoint, template["TemplateBody"], stack_name)
    _schedule_input(endpoint, stack_name)


def _physical_id(endpoint: str, stack_name: str, logical_id: str) -> str:
    described = aws.client("cloudformation", endpoint).describe_stack_resource(
        StackName=stack_name, LogicalResourceId=logical_id)
    return described["StackResourceDetail"]["PhysicalResourceId"]


def _gateway_responses(gateway, api_id: str, body: dict) -> None:
    """An imported API definition loses its gateway responses."""
    for kind, response in body.get("x-amazon-apigateway-gateway-responses", {}).items():
        status = {"statusCode": str(response["statusCode"])} if "statusCode" in response else {}
        gateway.put_gateway_response(
            restApiId=api_id, responseType=kind, **status,
            responseParameters=response["responseParameters"], responseTemplates=response["responseTemplates"])


def _cross_origin_answers(gateway, api_id: str, body: dict) -> None:
    """An imported mock integration loses its responses, and with them the headers that browsers ask for."""
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api_id)
    resources = {item["path"]: item["id"] for page in pages for item in page["items"]}
    for path, operations in body["paths"].items():
        options = operations.get("options", {}).get("x-amazon-apigateway-integration")
        if options:
            where = {"restApiId": api_id, "resourceId": resources[path], "httpMethod": "OPTIONS", "statusCode": "200"}
            parameters = options["responses"]["default"]["responseParameters"]
            gateway.put_method_response(**where, responseParameters=dict.fromkeys(parameters, False))
            gateway.put_integration_response(**where, responseParameters=parameters)


def _worker_concurrency(endpoint: str, template: dict, stack_name: str, values: dict[str, str]) -> None:
    """MaximumConcurrency from a parameter arrives as text, on which the poller of every queue stumbles."""
    for logical_id, resource in template["Resources"].items():
        scaling = resource.get("Properties", {}).get("ScalingConfig")
        if resource["Type"] == "AWS::Lambda::EventSourceMapping" and scaling:
            most = values[scaling["MaximumConcurrency"]["Ref"]]
            aws.client("lambda", endpoint).update_event_source_mapping(
                UUID=_physical_id(endpoint, stack_name, logical_id), ScalingConfig={"MaximumConcurrency": int(most)})


def _expiry(endpoint: str, template: dict, stack_name: str) -> None:
    """Tables are made without their time to live."""
    dynamodb = aws.client("dynamodb", endpoint)
    for logical_id, resource in template["Resources"].items():
        expiry = resource.get("Properties", {}).get("TimeToLiveSpecification")
        if resource["Type"] == "AWS::DynamoDB::Table" and expiry:
            table = _physical_id(endpoint, stack_name, logical_id)
            current = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]["TimeToLiveStatus"]
            if current == "DISABLED":
                dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification={
                    "AttributeName": expiry["AttributeName"], "Enabled": True})


def _schedule_input(endpoint: str, stack_name: str) -> None:
    """The scheduler hands over `<aws.scheduler.scheduled-time>` as it stands: without it, a run is meant for now."""
    scheduler = aws.client("scheduler", endpoint)
    for logical_id in ("WeeklyUpdaterFunctionWeekly", "StreakWatcherFunctionDaily"):
        schedule = scheduler.get_schedule(Name=_physical_id(endpoint, stack_name, logical_id))
        if "<aws.scheduler." in schedule["Target"].get("Input", ""):
            kept = ("Name", "Description", "State", "FlexibleTimeWindow",
                    "ScheduleExpression", "ScheduleExpressionTimezone")
            scheduler.update_schedule(**{name: schedule[name] for name in kept if schedule.get(name)},
                                      Target=schedule["Target"] | {"Input": "{}"})
