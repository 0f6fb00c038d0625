//! Checks that span the workspace.
