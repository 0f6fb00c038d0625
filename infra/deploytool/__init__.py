"""Deploys the project to an AWS account; started by `infra/deploy`."""
