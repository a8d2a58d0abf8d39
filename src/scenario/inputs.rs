//! A scenario file as data: what it is read from, what stands in it, and the same file with other values.

use std::fs;

use serde_json::Value;

use super::file::workload::Arrivals;
use super::load::{Changes, Loaded, assign};
use super::path::Path;
use super::refusal::Refusal;

impl Loaded {
    /// The scenario's text with `changes` applied, as JSON: what its fields hold, as they were written.
    ///
    /// # Errors
    ///
    /// Refuses changes that cannot be applied.
    pub fn value(&self, changes: &Changes) -> Result<Value, Refusal> {
        let base = self.file()?;
        self.patched(&base, changes).map_err(|problems| self.refuse(problems))
    }

    /// The line of the file, counted from 1, on which a place begins, or the nearest place that there is.
    #[must_use]
    pub fn line(&self, path: &Path) -> usize {
        let source = &self.document.source;
        let node = source.nearest(path).0;
        let byte = node.key.as_ref().unwrap_or(&node.value).start;
        source.line_column(byte).0
    }

    /// The bytes of all that the scenario with `changes` applied is read from: its fields without comments and
    /// spaces, and the traces that it follows.
    ///
    /// # Errors
    ///
    /// Refuses changes that cannot be applied, and traces that cannot be read.
    pub fn inputs(&self, changes: &Changes) -> Result<Vec<Vec<u8>>, Refusal> {
        let file = self.checked(changes)?.file;
        let mut inputs = vec![self.document.value.to_string().into_bytes()];
        for workload in file.workloads.values() {
            let Arrivals::Trace(it) = &workload.arrivals else { continue };
            let trace = self.directory.join(&it.file);
            inputs.push(fs::read(&trace).map_err(|error| Refusal::NoFile {
                file: trace.display().to_string(),
                reason: error.to_string(),
            })?);
        }
        Ok(inputs)
    }

    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        self.document.source.text()
    }

    /// The same file with other values: unlike what changes a scenario, mitigations and further changes see
    /// them as if they had always stood there.
    ///
    /// # Errors
    ///
    /// Refuses assignments that cannot be carried out.
    pub fn with_values(&self, set: &[String]) -> Result<Self, Refusal> {
        let mut changed = self.clone();
        let problems = assign(&mut changed.document.value, set);
        if problems.is_empty() { Ok(changed) } else { Err(self.refuse(problems)) }
    }
}
