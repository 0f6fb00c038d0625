//! Signing up, one's own profile, and access to the consultation.

use serde_json::json;

use crate::harness::{Call, Deployment};

#[tokio::test]
async fn a_person_signs_up_with_five_fields_and_the_consultation_closed() {
    let deployment = Deployment::new().await;
    let profile = deployment.sign_up("ana").await;
    assert_eq!(profile["consultation_enabled"], false);
    assert_eq!(profile["system_prompt_version"], json!(null));
    assert_eq!(profile["targets"]["basis"], "body_weight");
    let read = deployment.send(Call::to("get-profile").by("ana")).await;
    assert_eq!((read.status, &read.body), (200, &profile));
}

#[tokio::test]
async fn a_person_goes_from_consultation_to_a_personal_coach() {
    let deployment = Deployment::new().await;
    let session_id = deployment.consulted("ana").await;
    let session = deployment.send(Call::to("get-consultation").by("ana").path("session_id", &session_id)).await;
    assert_eq!(session.body["status"], "complete", "{session:?}");
    assert_eq!(session.body["system_prompt_version"], 1, "{session:?}");
}
