"""An account of AWS for tests of `infra/deploy`: as much of it as the tests ask for."""

import copy
import io
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "infra"), str(ROOT / "infra" / "local")]

from stacktool import tables  # noqa: E402


class NotThere(Exception):
    pass


class Exceptions:
    ClientError = ResourceNotFoundException = NoSuchKey = NotThere


class Aws:
    """An account that has what the stack of the stage `staging` keeps, and of the stack what a test decides."""

    exceptions = Exceptions

    def __init__(self, template: dict):
        self.endpoint, self.region = None, "eu-central-1"
        self.tables = {tables.name_in(each["Properties"], "sharpened-staging"): copy.deepcopy(each["Properties"])
                       for each in template["Resources"].values() if each["Type"] == "AWS::DynamoDB::Table"}
        self.objects: dict[str, bytes] = {}
        # What the stack of the stage is, one answer after the other; the last one stays.
        self.statuses: list[str | None] = [None]
        self.events: list[dict] = []
        self.parameters: list[str] = []
        # The template of the stack, with the addresses of its programs.
        self.template = ""
        self.change_set: dict[str, str] = {"Status": "CREATE_COMPLETE"}
        self.imported: dict = {}

    def client(self, _: str) -> "Aws":
        return self

    def describe_stacks(self, StackName: str) -> dict:  # noqa: N803 (as boto3 names it)
        if StackName.startswith("aws-sam"):
            return {"Stacks": [{"StackStatus": "CREATE_COMPLETE",
                                "Outputs": [{"OutputKey": "SourceBucket", "OutputValue": "bucket"}]}]}
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status is None:
            raise NotThere("Stack does not exist")
        return {"Stacks": [{"StackStatus": status, "Parameters": [{"ParameterKey": name} for name in self.parameters]}]}

    def describe_stack_events(self, StackName: str) -> dict:  # noqa: N803
        return {"StackEvents": self.events}

    def get_template(self, **_: str) -> dict:
        return {"TemplateBody": self.template}

    def describe_table(self, TableName: str) -> dict:  # noqa: N803
        if TableName not in self.tables:
            raise NotThere
        return {"Table": self.tables[TableName]}

    def get_paginator(self, operation: str) -> "Pages":
        return Pages({"list_user_pools": [{"UserPools": [{"Id": "pool", "Name": "sharpened-staging"}]}],
                      "list_user_pool_clients": [{"UserPoolClients": [{"ClientId": "client", "ClientName": "app"}]}]}[operation])

    def get_group(self, **_: str) -> dict:
        return {}

    def get_object(self, Bucket: str, Key: str) -> dict:  # noqa: N803
        if Key not in self.objects:
            raise NotThere
        return {"Body": io.BytesIO(self.objects[Key])}

    def put_object(self, Bucket: str, Key: str, Body: bytes, **_: str) -> None:  # noqa: N803
        self.objects[Key] = Body

    def create_change_set(self, **given: object) -> dict:
        self.imported = given
        return {"Id": "the-import"}

    def describe_change_set(self, **_: str) -> dict:
        return self.change_set

    def execute_change_set(self, **_: str) -> None:
        self.statuses = ["IMPORT_IN_PROGRESS", "IMPORT_COMPLETE"]


class Pages:
    def __init__(self, pages: list[dict]):
        self._pages = pages

    def paginate(self, **_: object) -> list[dict]:
        return self._pages
