//! Accounts of people who are not of age.

use coaching::app::App;
use coaching::store::MinorTable;
use test_support::{TestDatabase, app};

use super::samples::{day, user};

async fn minors() -> MinorTable {
    let TestDatabase { client, tables } = TestDatabase::create().await;
    let app: App = app(&client, tables.variables());
    app.minors().expect("the table has a name")
}

#[tokio::test]
async fn of_several_days_the_latest_stands_and_others_are_not_concerned() {
    let minors = minors().await;
    for of_age_on in ["2028-11-22", "2032-11-22", "2027-11-22", "2032-11-22"] {
        minors.remember(&user("kim"), day(of_age_on)).await.expect("remembered");
    }
    assert_eq!(minors.of_age_on(&user("kim")).await.expect("readable"), Some(day("2032-11-22")));
    assert_eq!(minors.of_age_on(&user("ana")).await.expect("readable"), None);
}
