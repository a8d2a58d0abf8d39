//! The agenda against its promises, and against a slow and obvious twin.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::engine::ahead::LONG;

const fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

fn deliver_all(agenda: &mut Agenda<u32>) -> Vec<(u64, u32)> {
    std::iter::from_fn(|| agenda.next()).map(|(at, event)| (at.as_nanos(), event)).collect()
}

#[test]
fn events_of_one_instant_happen_in_the_order_in_which_they_were_planned() {
    let mut agenda = Agenda::new();
    let line = agenda.line();
    agenda.plan(at(5), 1);
    agenda.plan_in_line(line, at(5), 2);
    agenda.plan(at(3), 0);
    agenda.plan(at(5), 3);
    agenda.plan_in_line(line, at(5), 4);
    assert_eq!(agenda.next(), Some((at(3), 0)));
    assert_eq!(agenda.next(), Some((at(5), 1)));
    agenda.plan_now(5);
    agenda.plan_in_line(line, at(5), 6);
    agenda.plan(at(5), 7);
    assert_eq!(agenda.pending(), 6);
    assert_eq!(deliver_all(&mut agenda), [2, 3, 4, 5, 6, 7].map(|event| (5, event)));
}

#[test]
fn events_at_the_end_or_later_stay_on_the_agenda() {
    let mut agenda = Agenda::new();
    agenda.plan(at(4), 1);
    agenda.plan(at(5), 2);
    assert_eq!(agenda.next_before(at(5)), Some((at(4), 1)));
    assert_eq!(agenda.next_before(at(5)), None);
    agenda.plan_now(3);
    assert_eq!(agenda.next_before(at(4)), None);
    assert_eq!((agenda.now(), agenda.pending()), (at(4), 2));
    assert_eq!(deliver_all(&mut agenda), [(4, 3), (5, 2)]);
}

#[test]
#[should_panic(expected = "is before")]
fn the_past_cannot_be_planned() {
    let mut agenda = Agenda::new();
    agenda.plan(at(4), 1);
    agenda.next();
    agenda.plan(at(3), 2);
}

#[test]
fn an_outdated_key_cancels_nothing() {
    let mut agenda = Agenda::new();
    let line = agenda.line();
    let [a, b] = [agenda.plan(at(1), 1), agenda.plan(at(2), 2)];
    let [c, d] = [agenda.plan_in_line(line, at(1), 3), agenda.plan(at(0), 4)];
    agenda.cancel(b);
    assert_eq!(deliver_all(&mut agenda), [(0, 4), (1, 1), (1, 3)]);
    agenda.plan(at(7), 5);
    agenda.plan_in_line(line, at(7), 6);
    agenda.plan_now(7);
    for key in [a, b, c, d, a] {
        agenda.cancel(key);
    }
    assert_eq!(agenda.pending(), 3);
    assert_eq!(deliver_all(&mut agenda), [(1, 7), (7, 5), (7, 6)]);
}

#[test]
fn a_line_whose_timers_became_shorter_keeps_the_order() {
    let mut agenda = Agenda::new();
    let line = agenda.line();
    let long = agenda.plan_in_line(line, at(100), 1);
    agenda.cancel(long);
    agenda.plan_in_line(line, at(50), 2);
    agenda.plan_in_line(line, at(120), 3);
    agenda.plan_in_line(line, at(60), 4);
    assert_eq!(deliver_all(&mut agenda), [(50, 2), (60, 4), (120, 3)]);
}

#[test]
fn cancelled_events_leave_no_garbage() {
    let mut agenda = Agenda::new();
    let line = agenda.line();
    agenda.plan(at(1_000_000), 0);
    for n in 1..100_000 {
        let timer = agenda.plan_in_line(line, at(u64::from(n) + 500_000), n);
        let planned = agenda.plan(at(u64::from(n) + 600_000), n);
        agenda.cancel(timer);
        agenda.cancel(planned);
        assert_eq!(agenda.pending(), 1);
        assert!(agenda.keys.len() <= 4, "{} keys for one event", agenda.keys.len());
        assert!(agenda.slots.len() <= 3, "{} slots for one event", agenda.slots.len());
        assert_eq!(agenda.lines[0].line.nodes(), 1);
    }
    assert_eq!(deliver_all(&mut agenda), [(1_000_000, 0)]);
    assert_eq!((agenda.keys.len(), agenda.cancelled), (0, 0));
}

#[derive(Clone, Debug)]
enum Step {
    Plan(u64),
    PlanNow,
    PlanInLine(usize, u64),
    Cancel(prop::sample::Index),
    Next,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0_u64..20).prop_map(Step::Plan),
        1 => Just(Step::PlanNow),
        // Mostly one length for each line, so that there are true lines and exceptions.
        4 => (0_usize..2, prop_oneof![9 => Just(8_u64), 1 => 0_u64..12])
            .prop_map(|(line, length)| Step::PlanInLine(line, length * (line as u64 + 1))),
        4 => any::<prop::sample::Index>().prop_map(Step::Cancel),
        3 => Just(Step::Next),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// The twin: an ordered set of (instant, sequence number), the number being the event too.
    #[test]
    fn the_agenda_agrees_with_its_slow_twin(steps in prop::collection::vec(any_step(), 0..300)) {
        let mut agenda = Agenda::new();
        let lines = [agenda.line(), agenda.line()];
        let mut twin = BTreeSet::new();
        let mut keys = Vec::new();
        for (event, step) in (0_u32..).zip(steps) {
            let now = agenda.now();
            let later = |nanos: u64| at(now.as_nanos() + nanos);
            match step {
                Step::Plan(nanos) => {
                    keys.push((agenda.plan(later(nanos), event), (later(nanos), event)));
                    twin.insert((later(nanos), event));
                }
                Step::PlanNow => {
                    agenda.plan_now(event);
                    twin.insert((now, event));
                }
                Step::PlanInLine(line, nanos) => {
                    let key = agenda.plan_in_line(lines[line], later(nanos), event);
                    keys.push((key, (later(nanos), event)));
                    twin.insert((later(nanos), event));
                }
                Step::Cancel(_) if keys.is_empty() => {}
                Step::Cancel(index) => {
                    let (key, planned) = *index.get(&keys);
                    agenda.cancel(key);
                    twin.remove(&planned);
                }
                Step::Next => {
                    prop_assert_eq!(agenda.next(), twin.pop_first());
                }
            }
            prop_assert_eq!(agenda.pending(), twin.len());
            prop_assert!(agenda.cancelled <= agenda.keys.len() / 2);
            let is_clear = twin.first().is_none_or(|(first, _)| *first > agenda.now());
            prop_assert!(is_clear || !agenda.is_clear_now());
        }
        while let Some(planned) = twin.pop_first() {
            prop_assert_eq!(agenda.next(), Some(planned));
        }
        prop_assert_eq!(agenda.next(), None);
        prop_assert_eq!((agenda.keys.len(), agenda.cancelled), (0, 0));
        prop_assert!(agenda.slots.iter().all(|slot| slot.ticket <= u64::from(LINES)));
    }
}

#[test]
fn what_follows_in_a_long_line_is_looked_at_once_before_it_happens() {
    for (count, is_long) in [(LONG - 1, false), (LONG + 20, true)] {
        let mut agenda = Agenda::new();
        agenda.look_ahead(|_: usize| unreachable!("there is no line"));
        let (line, other) = (agenda.line(), agenda.line());
        let keys: Vec<Key> =
            (0..count).map(|n| agenda.plan_in_line(line, at(n as u64 + 1), n)).collect();
        agenda.plan_in_line(other, at(1), usize::MAX);
        for key in keys.iter().skip(1).step_by(3) {
            agenda.cancel(*key);
        }
        let mut looked_at = BTreeSet::new();
        while let Some((_, event)) = agenda.next() {
            if event == usize::MAX {
                agenda.look_ahead(|_| unreachable!("the line of this one is short"));
                continue;
            }
            assert!(event == 0 || looked_at.contains(&event) == is_long, "{event} of {count}");
            agenda.look_ahead(|next| assert!(next > event && looked_at.insert(next)));
        }
        assert_eq!(looked_at.len(), if is_long { count - (count - 1).div_ceil(3) - 1 } else { 0 });
    }
}
