//! Answers to commands on users and roles. That of a question comes in many messages, which are kept until the last.

use super::outputs::Done;
use super::{address_of, without_answer, Engine};
use crate::cluster::NodeId;
use crate::proto::code;
use crate::wire::Reply;
use crate::Malformed;

impl Engine {
    /// One frame of an answer. Gives how the command ends, if it was the last.
    pub(super) fn admin_message(&mut self, op: u32, body: &[u8]) -> Result<Option<Done>, Malformed> {
        let Some(admin) = self.ops[op].admin.as_mut() else { return Ok(None) };
        let Some(code) = admin.take(body)? else { return Ok(None) };
        let done = Done { from_server: true, ..without_answer(op, code) };
        if code != code::OK {
            return Ok(Some(done));
        }
        let first_slot = self.outputs.tape.len();
        let told = admin.told(&mut self.outputs.tape);
        let (items, held) = told.inspect_err(|_| self.outputs.tape.truncate(first_slot))?;
        let done = Done { first_slot: first_slot as u32, items, data_address: address_of(&held), ..done };
        self.outputs.retained.push(held);
        Ok(Some(done))
    }

    pub(super) fn complete_admin(&mut self, op: u32, node: NodeId, done: Done) {
        match done.code {
            code::OK => self.end(op, done),
            code => self.complete(op, node, &Reply { code, ..Reply::default() }, 0, 0),
        }
    }
}
