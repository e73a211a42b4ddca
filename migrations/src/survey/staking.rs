//! Staking and its device classes.

use super::{
    Survey,
    compare::{Found, Place, plain},
};
use crate::{
    Program,
    chain::{self, Chain},
    cluster::Class,
    step::Step,
};
use anyhow::Result;
use io_client::{
    pda,
    shared::state::{ClassRule, DeviceClass},
    staking::{self, ClassTerms},
};

impl<C: Chain> Survey<'_, C> {
    pub(super) fn staking(&mut self) -> Result<()> {
        let authority = self.authority(Program::IoStaking);
        let (roles, rules) = (&self.cluster.roles, &self.cluster.staking);
        let guardian = self.cluster.wallet(roles.guardian, self.operator);
        let slasher = self.cluster.wallet(roles.slasher, self.operator);
        if let Some(config) = self.staking {
            let wanted = rules.min_self_stake_bps;
            let change = staking::schedule_min_self_stake(&authority, wanted);
            let values = (wanted, Found::rule(&config.min_self_stake_bps, self.now));
            let place = Place::new("staking", true);
            self.value(&place, "min_self_stake_bps", values, plain, change);
            let change = staking::set_guardian(&authority, &guardian);
            let key = "guardian of io_staking";
            self.role(key, guardian, config.governance.guardian, change);
            let change = staking::set_slasher(&authority, &slasher);
            self.role("slasher", slasher, config.slasher, change);
        } else {
            let create =
                staking::initialize(&authority, &guardian, &slasher, rules.min_self_stake_bps);
            let step = Step::new("create the staking config", vec![create]);
            self.missing("staking", "its rules", step);
        }
        let place = Place::new("staking", self.staking.is_some());
        let paused = self.staking.is_some_and(|config| config.paused != 0);
        let values = (rules.paused, false, Found::settled(paused));
        self.open(&place, "paused", values, plain, |paused| {
            staking::set_paused(&authority, *paused)
        });
        for (index, class) in self.cluster.classes.iter().enumerate() {
            self.class(&format!("classes[{index}]"), class)?;
        }
        Ok(())
    }

    fn class(&mut self, path: &str, class: &Class) -> Result<()> {
        let authority = self.authority(Program::IoStaking);
        let found: Option<DeviceClass> = chain::read(self.chain, &pda::device_class(class.id).0)?;
        let mut name = [0; 16];
        for (slot, byte) in name.iter_mut().zip(class.name.bytes()) {
            *slot = byte;
        }
        let place = Place::new(path, found.is_some());
        let suspended = found.is_some_and(|found| found.suspended != 0);
        match found {
            None if class.ended => return Ok(()),
            None => {
                let terms = ClassTerms {
                    id: class.id,
                    name,
                    pool: class.pool,
                    multiplier_milli: class.multiplier_milli,
                    max_stake_multiple: class.max_stake_multiple,
                    delegators_slashable: class.delegators_slashable,
                };
                let step = Step::new(
                    format!("create device class {} ({})", class.id, class.name),
                    vec![staking::create_class(&authority, &terms)],
                );
                self.missing(path, format!("class {} ({})", class.id, class.name), step);
            }
            Some(found) => {
                let advice =
                    "nothing can change it; correct the file, or add a class of another id";
                let text = |name: &[u8; 16]| String::from_utf8_lossy(name).replace('\0', "");
                let names = (text(&name), text(&found.name));
                self.fixed(format!("{path}.name"), names, plain, advice);
                let pools = (class.pool, found.pool);
                self.fixed(format!("{path}.pool"), pools, plain, advice);
                self.class_rules(&place, class, &found);
            }
        }
        let values = (class.suspended, false, Found::settled(suspended));
        self.open(&place, "suspended", values, plain, |suspended| {
            staking::suspend_class(&authority, class.id, *suspended)
        });
        Ok(())
    }

    fn class_rules(&mut self, place: &Place, class: &Class, found: &DeviceClass) {
        let authority = self.authority(Program::IoStaking);
        for (key, rule, wanted, scheduled) in [
            (
                "multiplier_milli",
                ClassRule::Multiplier,
                class.multiplier_milli,
                found.multiplier_milli,
            ),
            (
                "max_stake_multiple",
                ClassRule::MaxStakeMultiple,
                class.max_stake_multiple,
                found.max_stake_multiple,
            ),
            (
                "delegators_slashable",
                ClassRule::DelegatorsSlashable,
                u64::from(class.delegators_slashable),
                found.delegators_slashable,
            ),
        ] {
            let change = staking::schedule_class(&authority, class.id, rule, wanted);
            let values = (wanted, Found::rule(&scheduled, self.now));
            self.value(place, key, values, plain, change);
        }
        let ended = found.supported_until != 0;
        if class.ended {
            let change = staking::end_class(&authority, class.id);
            self.value(place, "ended", (true, Found::settled(ended)), plain, change);
        } else {
            let advice = "an end is for good; write `ended = true` or add a class of another id";
            let path = format!("{}.ended", place.path);
            self.fixed(path, (false, ended), plain, advice);
            self.usable(place.path.clone(), found.usable_from);
        }
    }
}
