//! Regular expressions as POSIX has them, basic and extended, with the additions of glibc, on bytes. A pattern becomes
//! a list of steps, and a text is matched by following all ways through them at once: the time is the length of the
//! text times that of the list, whatever the pattern.
//!
//! Without references back to a group (`\1`), which cannot be matched so: a pattern that has one is refused.

mod parse;

use parse::{Assertion, Ast, Set};

/// Flags of a comparison, as `regcomp` of glibc numbers them. That no groups are wanted (8) changes nothing.
pub mod flag {
    pub const EXTENDED: i64 = 1;
    pub const IGNORE_CASE: i64 = 2;
    /// `^` and `$` match at lines, and neither `.` nor a negated set matches a newline.
    pub const NEWLINE: i64 = 4;
}

#[derive(Clone, Debug)]
enum Step {
    Set(Set),
    /// Go on at both.
    Split(usize, usize),
    Jump(usize),
    Assert(Assertion),
    Match,
}

#[derive(Clone, Debug)]
pub struct Regex {
    steps: Vec<Step>,
    newline: bool,
}

impl Regex {
    /// None if the pattern is malformed, or takes more steps than are left; those that it takes are taken off.
    pub fn new(pattern: &[u8], flags: i64, steps_left: &mut usize) -> Option<Regex> {
        let ast = parse::parse(pattern, flags)?;
        let mut steps = Vec::new();
        emit(&ast, &mut steps, *steps_left)?;
        steps.push(Step::Match);
        *steps_left = steps_left.checked_sub(steps.len())?;
        Some(Regex { steps, newline: flags & flag::NEWLINE != 0 })
    }

    /// Whether it matches anywhere in the text.
    pub fn matches(&self, text: &[u8]) -> bool {
        let (mut now, mut next) = (Ways::new(self.steps.len()), Ways::new(self.steps.len()));
        for at in 0..=text.len() {
            if self.follow(0, text, at, &mut now) {
                return true;
            }
            let Some(&byte) = text.get(at) else { return false };
            next.clear();
            for &step in &now.steps {
                if matches!(&self.steps[step], Step::Set(set) if set.contains(byte))
                    && self.follow(step + 1, text, at + 1, &mut next)
                {
                    return true;
                }
            }
            std::mem::swap(&mut now, &mut next);
        }
        false
    }

    /// Adds a step and all that can be reached from it without a byte. True if that is the end.
    fn follow(&self, first: usize, text: &[u8], at: usize, ways: &mut Ways) -> bool {
        ways.open.push(first);
        while let Some(step) = ways.open.pop() {
            if !ways.add(step) {
                continue;
            }
            match &self.steps[step] {
                Step::Set(_) => {}
                Step::Match => return true,
                Step::Jump(to) => ways.open.push(*to),
                Step::Split(one, other) => ways.open.extend([*one, *other]),
                Step::Assert(assertion) => {
                    if assertion.holds(text, at, self.newline) {
                        ways.open.push(step + 1);
                    }
                }
            }
        }
        false
    }
}

/// Steps that have been reached, each once.
struct Ways {
    steps: Vec<usize>,
    reached: Vec<bool>,
    /// Reached, and not followed yet.
    open: Vec<usize>,
}

impl Ways {
    fn new(steps: usize) -> Ways {
        Ways { steps: Vec::new(), reached: vec![false; steps], open: Vec::new() }
    }

    fn add(&mut self, step: usize) -> bool {
        let is_new = !std::mem::replace(&mut self.reached[step], true);
        if is_new {
            self.steps.push(step);
        }
        is_new
    }

    fn clear(&mut self) {
        self.steps.drain(..).for_each(|step| self.reached[step] = false);
        self.open.clear();
    }
}

/// Appends the steps of a part of a pattern. None as soon as they are too many.
fn emit(ast: &Ast, steps: &mut Vec<Step>, limit: usize) -> Option<()> {
    if steps.len() > limit {
        return None;
    }
    match ast {
        Ast::Set(set) => steps.push(Step::Set(*set)),
        Ast::Assert(assertion) => steps.push(Step::Assert(*assertion)),
        Ast::Sequence(parts) => parts.iter().try_for_each(|part| emit(part, steps, limit))?,
        Ast::Either(choices) => {
            let mut ends = Vec::new();
            for (n, choice) in choices.iter().enumerate() {
                let split = steps.len();
                if n + 1 < choices.len() {
                    steps.push(Step::Split(split + 1, 0));
                }
                emit(choice, steps, limit)?;
                if n + 1 < choices.len() {
                    ends.push(steps.len());
                    steps.push(Step::Jump(0));
                    steps[split] = Step::Split(split + 1, steps.len());
                }
            }
            let end = steps.len();
            ends.into_iter().for_each(|at| steps[at] = Step::Jump(end));
        }
        Ast::Repeat(part, least, most) => {
            for _ in 0..*least {
                let before = steps.len();
                emit(part, steps, limit)?;
                if steps.len() == before {
                    return Some(()); // nothing, however often
                }
            }
            let Some(most) = most else {
                let split = steps.len();
                steps.push(Step::Split(split + 1, 0));
                emit(part, steps, limit)?;
                steps.push(Step::Jump(split));
                steps[split] = Step::Split(split + 1, steps.len());
                return Some(());
            };
            let mut splits = Vec::new();
            for _ in *least..*most {
                splits.push(steps.len());
                steps.push(Step::Split(steps.len() + 1, 0));
                emit(part, steps, limit)?;
            }
            let end = steps.len();
            splits.into_iter().for_each(|at| steps[at] = Step::Split(at + 1, end));
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, flags: i64, text: &str) -> Option<bool> {
        Regex::new(pattern.as_bytes(), flags, &mut 10_000).map(|regex| regex.matches(text.as_bytes()))
    }

    /// Each as a server 8.1.2 answered, flag for flag.
    #[test]
    fn matches_as_the_real_server() {
        for (text, pattern, flags, expected) in [
            ("ab\ncd", "^cd", 0, Some(false)),
            ("ab\ncd", "^cd", 4, Some(true)),
            ("ab\ncd", "^cd", 8, Some(false)),
            ("ab\ncd", "b.c", 0, Some(true)),
            ("ab\ncd", "b.c", 4, Some(false)),
            ("ab\ncd", "ab$", 4, Some(true)),
            ("a+b", "a+b", 0, Some(true)),
            ("a+b", "a+b", 1, Some(false)),
            ("a+b", r"a\+b", 0, Some(false)),
            ("a+b", r"a\+b", 1, Some(true)),
            ("foo(bar)", "o(b", 0, Some(true)),
            ("foo(bar)", "o(b", 1, None),
            ("hello world", "[[:alpha:]]+ [[:alpha:]]", 1, Some(true)),
            ("hello world", r"\bworld", 1, Some(true)),
            ("hello world", r"\<wor", 0, Some(true)),
            ("hello world", "HELLO", 2, Some(true)),
            ("hello world", "l{2}", 1, Some(true)),
            ("hello world", r"l\{2\}", 0, Some(true)),
            ("hello world", "l{2}", 0, Some(false)),
            ("hello world", "l{9", 1, None),
            ("hello world", "*h", 0, Some(false)),
            ("hello world", "*h", 1, None),
            ("hello world", "a|h", 0, Some(false)),
            ("hello world", r"a\|h", 0, Some(true)),
            ("hello world", "[z-a]", 0, None),
            ("hello world", "a{99999}", 1, None),
            ("hello world", "[", 0, None),
            ("hello world", "()", 1, Some(true)),
            ("hello world", "", 1, Some(true)),
            ("hello world", "a||b", 1, Some(true)),
            ("hello world", r"\w+ \w", 1, Some(true)),
            ("hello world", "h^e", 1, Some(false)),
            ("hello world", "x{0}hello", 1, Some(true)),
            ("hello world", "h{,2}e", 1, Some(true)),
            ("hello world", r"\d", 1, Some(true)),
            ("hello world", r"o\sw", 1, Some(true)),
            ("hello world", r"[\d]", 1, Some(true)),
            ("hello world", r"ell\", 1, None),
            ("", "^$", 1, Some(true)),
            ("hello world", ")", 1, Some(false)),
            ("hello world", "a{1", 0, Some(false)),
            ("hello world", r"a\{1", 0, None),
            ("hello world", "+h", 1, None),
            ("hello world", "{1}h", 1, None),
            ("hello world", "a{,}", 1, Some(true)),
            ("hello world", "[[.h.]]ello", 1, Some(true)),
            ("hello world", "[[=h=]]ello", 1, Some(true)),
            ("hello world", "(^h)", 1, Some(true)),
            ("hello world", r"\(^h\)", 0, Some(true)),
            ("hello world", r"x\|^h", 0, Some(true)),
            ("hello world", "e*?l", 1, Some(true)),
            ("hello world", "e**l", 1, Some(true)),
            ("hello world", "e**l", 0, None),
            ("hello world", r"\{1\}h", 0, None),
            ("hello world", r"e*\{1\}l", 0, None),
            ("hello world", r"\b\{1\}h", 0, None),
            ("hello world", r"$+", 1, None),
            ("hello world", r"\<*h", 1, None),
        ] {
            assert_eq!(matches(pattern, flags, text), expected, "{pattern:?} with {flags} on {text:?}");
        }
    }

    #[test]
    fn takes_no_more_than_time_times_steps() {
        let text = "a".repeat(20_000);
        assert_eq!(matches("(a*)*b", 1, &text), Some(false));
        assert_eq!(matches("(((a?){30}){30}){30}", 1, &text), None, "too many steps");
        assert_eq!(matches("(((){30000}){30000}){30000}", 1, &text), Some(true));
        assert_eq!(matches(&"(".repeat(100_000), 1, ""), None);
        assert_eq!(matches(&format!("a{}", "?".repeat(100_000)), 1, ""), None);
        let deep = (0..120).fold("a".to_string(), |inner, _| format!("({inner})????????"));
        assert_eq!(matches(&deep, 1, ""), Some(true));
        assert_eq!(matches(r"\(a\)\1", 0, "aa"), None, "a reference back");
    }
}
