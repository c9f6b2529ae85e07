//! Reading an info answer: lines of `name TAB value`.

/// The lines of an answer. A line without a TAB has an empty value.
pub fn entries(answer: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    answer.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).map(|line| {
        match line.iter().position(|&byte| byte == b'\t') {
            Some(tab) => (&line[..tab], &line[tab + 1..]),
            None => (line, &line[line.len()..]),
        }
    })
}

/// The value of the first line named `name`, unless it is an error.
pub fn value<'a>(answer: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (_, value) = entries(answer).find(|(key, _)| *key == name.as_bytes())?;
    (!is_error(value)).then_some(value)
}

/// The same as a number.
pub fn number(answer: &[u8], name: &str) -> Option<i64> {
    text(value(answer, name)?).trim().parse().ok()
}

/// Info texts are ASCII; anything else is shown as well as it can be.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Servers say `ERROR:code:text`, older ones `FAIL:code:text` or a bare `ERROR`.
pub fn is_error(value: &[u8]) -> bool {
    value.starts_with(b"ERROR") || value.starts_with(b"FAIL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_values_by_name_and_passes_over_errors() {
        let answer = b"node\tBB9\npartition-generation\t12\nracks:\tERROR:25:enterprise only\nbare\n";
        assert_eq!(value(answer, "node"), Some(&b"BB9"[..]));
        assert_eq!(number(answer, "partition-generation"), Some(12));
        assert_eq!(value(answer, "racks:"), None);
        assert_eq!(value(answer, "bare"), Some(&b""[..]));
        assert_eq!(value(answer, "part"), None);
    }
}
