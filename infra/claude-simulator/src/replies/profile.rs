//! The psychological profile: running text in the third person, about as long as asked, around the person's own words.

use super::Length;
use super::bank::Bank;
use super::length::{Asked, Part, Unit, grow};
use super::material::Material;
use crate::validation::MessagesRequest;

/// Quotations in a profile.
const QUOTATIONS: usize = 5;

/// The profile's text.
pub fn write(request: &MessagesRequest, length: Length) -> String {
    let instructions = request.system_text();
    let asked = Asked::read(&instructions).unwrap_or(Asked { least: 160, most: 240, unit: Unit::Words });
    let (bank, target) = (Bank::asked_for(&instructions), asked.target(length));
    let sentences = Material::of(request).portrait(bank, QUOTATIONS);
    grow(vec![Part { sentences, budget: target }], 0, target, asked.unit, length).concat()
}
