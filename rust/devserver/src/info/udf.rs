//! UDF modules: kept and given back. Whether one compiles is for the host of UDFs to say; without one, or where it has no
//! Lua, what would not is accepted too.

use super::{Answer, Call};
use crate::udf_host::{self, Reader};
use crate::udf_modules::Module;
use aerospike_sansio::cluster::base64;
use aerospike_sansio::Malformed;

/// Longest name, and longest number.
const NAME: usize = 127;
const NUMBER: usize = 10;
/// Bytes of a module's text.
const CONTENT: usize = 1_000_000;

pub fn put(call: &mut Call) -> Answer {
    let text = match read(call) {
        Ok((module, _)) if !call.cluster.modules.has_room_for(&module.name) => "error=timeout".into(),
        Ok((module, text)) => match call.cluster.udfs.call(udf_host::Call::put(&module.name, &text)) {
            udf_host::Answer::Failed(failed) => refusal(&failed).unwrap_or_else(|_| "error=compile_error".into()),
            _ => {
                call.cluster.modules.put(module);
                "ok".into()
            }
        },
        Err(text) => text.into(),
    };
    call.text(text)
}

/// What is said of a module that does not compile, or whose own code fails.
fn refusal(failed: &[u8]) -> Result<String, Malformed> {
    let mut reader = Reader(failed);
    let line = u32::from_be_bytes(reader.array()?);
    let (file, reason) = (reader.text()?, reader.text()?);
    let (file, message) = (String::from_utf8_lossy(file), base64::encode(reason));
    Ok(format!("error=compile_error;file={file};line={line};message={message}"))
}

/// The module, and its text.
fn read(call: &Call) -> Result<(Module, Vec<u8>), &'static str> {
    let params = &call.params;
    let name = params.raw("filename").filter(|name| name.len() <= NAME).ok_or("error=invalid_filename")?;
    let dot = name.iter().position(|&byte| byte == b'.').ok_or("error=invalid_filename")?;
    if dot == 0 || dot + 1 == name.len() {
        return Err("error=invalid_filename");
    }
    let length = params.raw("content-len").filter(|text| text.len() <= NUMBER).ok_or("error=invalid_content_len")?;
    if params.raw("udf-type").is_some_and(|kind| kind != b"LUA") {
        return Err("error=invalid_udf_type");
    }
    let length: Option<usize> = std::str::from_utf8(length).ok().and_then(|text| text.parse().ok());
    let length = length.filter(|length| length.is_multiple_of(4)).ok_or("error=invalid_content_len")?;
    let content = params.raw("content").filter(|text| text.len() == length).ok_or("error=invalid_content")?;
    if length / 4 * 3 > CONTENT {
        return Err("error=invalid_udf_content_len,>1M");
    }
    let padding = content.iter().rev().take(2).filter(|&&byte| byte == b'=').count();
    let mut text = vec![0; (length / 4 * 3).saturating_sub(padding)];
    if text.is_empty() || base64::decode_into(content, &mut text).is_err() {
        return Err("error=invalid_base64_content");
    }
    Ok((Module { name: name.to_vec(), content: content.to_vec() }, text))
}

pub fn get(call: &mut Call) -> Answer {
    let found =
        call.params.raw("filename").map(|name| call.cluster.modules.get(name).map(|module| module.content.clone()));
    match found {
        None => call.text("error=invalid_filename"),
        Some(None) => call.text("error=not_found"),
        Some(Some(content)) => {
            call.text("type=LUA;content=")?;
            call.text(content)?;
            call.text(";")
        }
    }
}

pub fn list(call: &mut Call) -> Answer {
    let lines: Vec<Vec<u8>> = call.cluster.modules.iter().map(Module::line).collect();
    call.text(lines.concat())
}

/// A name that is not there is fine.
pub fn remove(call: &mut Call) -> Answer {
    match call.params.raw("filename").filter(|name| name.len() <= NAME) {
        Some(name) => {
            call.cluster.modules.remove(name);
            call.cluster.udfs.call(udf_host::Call::remove(name));
            call.text("ok")
        }
        None => call.text("error=invalid_filename"),
    }
}
