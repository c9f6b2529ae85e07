//! Commands on users and roles, from slots to the bytes of a SECURITY message, and what the server tells of users and
//! roles, from bytes to slots.

use super::refused;
use crate::abi::{tag, NONE};
use crate::command::Block;
use crate::limits::limit;
use crate::proto::{code, message_type, privilege, security_command as command, security_field as field};
use crate::value::tape::{slice, Slot};
use crate::wire::security::{self, Head, Message};
use crate::wire::{frame, message};
use crate::{Malformed, Refused};

/// A command under way.
#[derive(Debug, Default)]
pub struct Admin {
    /// It changes something.
    pub writes: bool,
    /// The messages of the answer that have come.
    held: Vec<u8>,
}

/// What the router has to know of a command.
pub fn read(block: &Block, slots: &[Slot]) -> Result<Admin, Refused> {
    let number = command_of(block, slots)?;
    Ok(Admin { writes: !asks(number), held: Vec::new() })
}

fn asks(number: u8) -> bool {
    matches!(number, command::QUERY_USERS | command::QUERY_ROLES)
}

fn command_of(block: &Block, slots: &[Slot]) -> Result<u8, Refused> {
    let first = slots.get(..block.slots as usize).and_then(|slots| slots.first());
    let number = first.and_then(number).filter(|&number| number <= u32::from(u8::MAX)).map(|number| number as u8);
    match number {
        // A connection is let in by the engine alone.
        Some(command::AUTHENTICATE | command::LOGIN) | None => Err(refused("it is no command on users and roles")),
        Some(number) => Ok(number),
    }
}

/// Appends the frame of a command.
pub fn encode(block: &Block, slots: &[Slot], data: &[u8], out: &mut Vec<u8>) -> Result<(), Refused> {
    let start = out.len();
    let encoded = try_encode(block, slots, data, out);
    if encoded.is_err() {
        out.truncate(start);
    }
    encoded
}

fn try_encode(block: &Block, slots: &[Slot], data: &[u8], out: &mut Vec<u8>) -> Result<(), Refused> {
    let number = command_of(block, slots)?;
    let mut slots = Slots { rest: &slots[1..block.slots as usize], data };
    let fields = block.items - 1;
    let start = frame::begin(out, message_type::SECURITY);
    let fields = u8::try_from(fields).map_err(|_| refused("there are too many fields"))?;
    security::append(Head { result: 0, command: number, fields }, out);
    for _ in 0..fields {
        slots.field(out)?;
    }
    if !slots.rest.is_empty() {
        return Err(refused("slots are left over"));
    }
    frame::end(out, start);
    Ok(())
}

struct Slots<'a> {
    rest: &'a [Slot],
    data: &'a [u8],
}

impl<'a> Slots<'a> {
    fn next(&mut self) -> Result<Slot, Refused> {
        let (&slot, rest) = self.rest.split_first().ok_or(refused("slots are missing"))?;
        self.rest = rest;
        Ok(slot)
    }

    fn text(&self, slot: Slot, max: usize) -> Result<&'a [u8], Refused> {
        let text = (slot.kind() == tag::STRING).then(|| slice(self.data, slot.a, slot.b)).flatten();
        text.filter(|text| text.len() <= max).ok_or(refused("a text is missing, or too long"))
    }

    fn short(&mut self, max: usize, out: &mut Vec<u8>) -> Result<(), Refused> {
        let slot = self.next()?;
        let text = self.text(slot, max)?;
        out.push(text.len() as u8);
        out.extend_from_slice(text);
        Ok(())
    }

    fn field(&mut self, out: &mut Vec<u8>) -> Result<(), Refused> {
        let slot = self.next()?;
        let id = u8::try_from(slot.bin).map_err(|_| refused("a field has no number"))?;
        match id {
            field::USER => message::field(out, id, self.text(slot, limit::USER)?),
            field::ROLE => message::field(out, id, self.text(slot, limit::ROLE)?),
            field::PASSWORD | field::OLD_PASSWORD => message::field(out, id, self.text(slot, 255)?),
            field::ALLOWLIST => message::field(out, id, self.text(slot, limit::ALLOWLIST)?),
            field::READ_QUOTA | field::WRITE_QUOTA => {
                let quota = number(&slot).ok_or(refused("a quota is no whole number"))?;
                message::field(out, id, &quota.to_be_bytes());
            }
            field::ROLES | field::PRIVILEGES => {
                let items = if slot.kind() == tag::LIST { slot.a as usize } else { usize::MAX };
                let each = if id == field::ROLES { 1 } else { 3 };
                if items % each != 0 || items / each > limit::ROLES {
                    return Err(refused("a list is no list, or has more than 255 items"));
                }
                let mut list = vec![(items / each) as u8];
                for _ in 0..items / each {
                    match id {
                        field::ROLES => self.short(limit::ROLE, &mut list)?,
                        _ => self.privilege(&mut list)?,
                    }
                }
                message::field(out, id, &list);
            }
            _ => return Err(refused("a field is not one of users and roles")),
        }
        Ok(())
    }

    fn privilege(&mut self, out: &mut Vec<u8>) -> Result<(), Refused> {
        let code = number(&self.next()?).and_then(|code| u8::try_from(code).ok());
        let code = code.ok_or(refused("a privilege has no code"))?;
        out.push(code);
        if code >= privilege::READ {
            self.short(limit::NAMESPACE, out)?;
            return self.short(limit::SET, out);
        }
        let (namespace, set) = (self.next()?, self.next()?);
        if !self.text(namespace, 0).is_ok_and(<[u8]>::is_empty) || !self.text(set, 0).is_ok_and(<[u8]>::is_empty) {
            return Err(refused("a privilege of administrators is for no namespace"));
        }
        Ok(())
    }
}

/// A number of 32 bits.
fn number(slot: &Slot) -> Option<u32> {
    let value = slot.f64();
    let fits = slot.kind() == tag::INT && value >= 0.0 && value <= f64::from(u32::MAX) && value.fract() == 0.0;
    fits.then_some(value as u32)
}

impl Admin {
    /// What an attempt that failed was told is forgotten.
    pub fn restart(&mut self) {
        self.held.clear();
    }

    /// One frame of the answer. Gives the code, if it was the last.
    pub fn take(&mut self, body: &[u8]) -> Result<Option<i32>, Malformed> {
        let mut rest = body;
        while !rest.is_empty() {
            let (message, behind) = Message::read(rest)?;
            let result = i32::from(message.head.result);
            if self.writes || result != code::OK {
                let is_end = !self.writes && result == code::QUERY_END;
                return match behind {
                    [] => Ok(Some(if is_end { code::OK } else { result })),
                    _ => Err(Malformed("bytes behind the end of an answer")),
                };
            }
            self.held.extend_from_slice(&rest[..rest.len() - behind.len()]);
            if self.held.len() > limit::ADMIN_ANSWER {
                return Err(Malformed("an answer on users and roles is too long"));
            }
            rest = behind;
        }
        Ok(None)
    }

    /// What was told, as slots of which the texts lie in the buffer that is given: how many users or roles, and those.
    pub fn told(&mut self, tape: &mut Vec<Slot>) -> Result<(u32, Vec<u8>), Malformed> {
        let held = std::mem::take(&mut self.held);
        let (mut rest, mut entries) = (held.as_slice(), 0);
        while !rest.is_empty() {
            let (message, behind) = Message::read(rest)?;
            rest = behind;
            if message.head.fields > 0 {
                Entry { all: &held, tape }.write(&message)?;
                entries += 1;
            }
            if tape.len() > limit::SLOTS {
                return Err(Malformed("an answer on users and roles is too long"));
            }
        }
        Ok((entries, held))
    }
}

/// One user or role.
struct Entry<'a> {
    all: &'a [u8],
    tape: &'a mut Vec<Slot>,
}

const BAD_LIST: Malformed = Malformed("a list of a user or role is malformed");

impl Entry<'_> {
    fn write(mut self, message: &Message) -> Result<(), Malformed> {
        let start = self.tape.len();
        self.tape.push(Slot::default());
        let mut fields = 0;
        for (id, data) in message.fields() {
            let at = self.tape.len();
            self.int(id.into());
            match id {
                field::USER | field::ROLE | field::ALLOWLIST => self.text(data),
                field::READ_QUOTA | field::WRITE_QUOTA | field::CONNECTIONS => {
                    let word = data.try_into().map_err(|_| Malformed("a number of a user or role is malformed"))?;
                    self.int(u32::from_be_bytes(word));
                }
                field::ROLES | field::PRIVILEGES | field::READ_INFO | field::WRITE_INFO => self.list(id, data)?,
                _ => {
                    self.tape.truncate(at);
                    continue;
                }
            }
            fields += 1;
        }
        self.tape[start] = Slot::new(tag::LIST, NONE, 2 * fields, 0);
        Ok(())
    }

    fn list(&mut self, id: u8, data: &[u8]) -> Result<(), Malformed> {
        let (&count, mut rest) = data.split_first().ok_or(BAD_LIST)?;
        let start = self.tape.len();
        self.tape.push(Slot::default());
        for _ in 0..count {
            rest = match id {
                field::ROLES => self.short(rest)?,
                field::PRIVILEGES => self.privilege(rest)?,
                _ => {
                    let (word, behind) = rest.split_first_chunk::<4>().ok_or(BAD_LIST)?;
                    self.int(u32::from_be_bytes(*word));
                    behind
                }
            };
        }
        let items = (self.tape.len() - start - 1) as u32;
        self.tape[start] = Slot::new(tag::LIST, NONE, items, 0);
        rest.is_empty().then_some(()).ok_or(BAD_LIST)
    }

    fn privilege<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Malformed> {
        let (&code, rest) = bytes.split_first().ok_or(BAD_LIST)?;
        self.int(code.into());
        if code >= privilege::READ {
            let rest = self.short(rest)?;
            return self.short(rest);
        }
        self.text(&[]);
        self.text(&[]);
        Ok(rest)
    }

    fn short<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], Malformed> {
        let (text, rest) = security::short(bytes).ok_or(BAD_LIST)?;
        self.text(text);
        Ok(rest)
    }

    /// `text` is a part of all, or empty.
    fn text(&mut self, text: &[u8]) {
        let offset = if text.is_empty() { 0 } else { text.as_ptr() as usize - self.all.as_ptr() as usize };
        self.tape.push(Slot::new(tag::STRING, NONE, offset as u32, text.len() as u32));
    }

    fn int(&mut self, value: u32) {
        self.tape.push(Slot::int(NONE, value.into()));
    }
}
