//! The updater vanishes: before, between and after the jobs of two shards.

use chrono::SecondsFormat;
use coaching::api::schedules::{WeeklyEvent, begin_weekly_run};
use coaching::app::FromApp as _;
use coaching::service::WeeklyUpdater;

use super::super::{assert_done, bills, deployment, seed_in, settle};
use super::at_every_moment;
use harness::Interruption;

#[tokio::test(flavor = "multi_thread")]
async fn an_updater_that_vanishes_at_any_point_is_invoked_again_and_begins_one_run() {
    at_every_moment(|moment| async move {
        let deployment = deployment("batch", &[("UPDATE_SHARDS", "2")]).await;
        seed_in(&deployment, "000", "ana", false).await;
        seed_in(&deployment, "001", "ben", true).await;
        let at = deployment.now();
        let event = || WeeklyEvent { scheduled_time: Some(at) };
        let (interruption, app) = Interruption::of(&deployment, moment).await;
        let service = WeeklyUpdater::from_app(&app).expect("the settings of a test are valid");
        let vanished = interruption.run(begin_weekly_run(&service, event(), "killed")).await.is_none();
        deployment.schedule(Some(at)).await;
        assert_eq!(deployment.run_queue().await, [], "{moment:?}");
        settle(&deployment).await;
        let run_id = at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let counters = assert_done(&deployment, &run_id, 2).await;
        assert_eq!(counters.updated, 1, "{moment:?}");
        assert_eq!(bills(&deployment).values().sum::<usize>(), 1, "{moment:?}");
        vanished
    })
    .await;
}
