//! A pattern's structure. What differs between basic and extended patterns is which characters are operators: in a basic
//! one `( ) { } | + ?` are plain, and operators behind a backslash.

use super::flag;

/// Bytes of a set.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Set([u64; 4]);

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Assertion {
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    WordStart,
    WordEnd,
    WordEdge,
    NoWordEdge,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Ast {
    Set(Set),
    Assert(Assertion),
    Sequence(Vec<Ast>),
    Either(Vec<Ast>),
    /// At least so often, and at most.
    Repeat(Box<Ast>, usize, Option<usize>),
}

/// Levels of groups.
const DEPTH: usize = 128;
/// Repetitions of a repetition: with the groups they bound how deep the structure is.
const STACKED: usize = 8;
/// Most repetitions that a pattern may state, as glibc has it.
const REPEAT_MAX: usize = 0x7fff;

struct Parser<'a> {
    pattern: &'a [u8],
    at: usize,
    extended: bool,
    ignore_case: bool,
    newline: bool,
    depth: usize,
}

/// A token of a pattern.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Token {
    Byte(u8),
    /// `. [ ( ) { | * + ? ^ $`
    Operator(u8),
    /// A letter behind a backslash that means something: `w W s S b B < >` and the two quotes.
    Escape(u8),
}

pub fn parse(pattern: &[u8], flags: i64) -> Option<Ast> {
    // The server keeps its texts in C strings.
    let pattern = pattern.split(|&byte| byte == 0).next().unwrap_or_default();
    let mut parser = Parser {
        pattern,
        at: 0,
        extended: flags & flag::EXTENDED != 0,
        ignore_case: flags & flag::IGNORE_CASE != 0,
        newline: flags & flag::NEWLINE != 0,
        depth: 0,
    };
    let ast = parser.either()?;
    (parser.at == pattern.len()).then_some(ast)
}

impl Parser<'_> {
    fn either(&mut self) -> Option<Ast> {
        let mut choices = vec![self.sequence()?];
        while self.peek()? == Some(Token::Operator(b'|')) {
            self.next()?;
            choices.push(self.sequence()?);
        }
        Some(if choices.len() == 1 { choices.remove(0) } else { Ast::Either(choices) })
    }

    fn sequence(&mut self) -> Option<Ast> {
        let mut parts: Vec<Ast> = Vec::new();
        let mut stacked = 0;
        while let Some(token) = self.peek()? {
            match token {
                Token::Operator(b'|') => break,
                Token::Operator(b')') if self.depth > 0 => break,
                _ => {}
            }
            self.next()?;
            let Token::Operator(operator @ (b'*' | b'+' | b'?' | b'{')) = token else {
                parts.push(self.atom(token, parts.is_empty())?);
                continue;
            };
            let again = matches!(parts.last(), Some(Ast::Repeat(..)));
            stacked = if again { stacked + 1 } else { 0 };
            if stacked > STACKED || (!self.extended && again && matches!(operator, b'*' | b'{')) {
                return None;
            }
            // Nothing can be repeated at the start and after an assertion.
            if matches!(parts.last(), None | Some(Ast::Assert(_))) {
                // There a basic pattern means the character, but not by a brace.
                let is_plain = !self.extended && operator != b'{';
                parts.push(is_plain.then(|| self.byte(operator))?);
            } else {
                let part = parts.pop()?;
                let (least, most) = self.count(token)?;
                parts.push(Ast::Repeat(Box::new(part), least, most));
            }
        }
        Some(Ast::Sequence(parts))
    }

    /// What one token begins. `first`: nothing stands before it in its sequence.
    fn atom(&mut self, token: Token, first: bool) -> Option<Ast> {
        Some(match token {
            Token::Byte(byte) => self.byte(byte),
            Token::Operator(b'.') => Ast::Set(self.without_newline(Set::ALL)),
            Token::Operator(b'[') => Ast::Set(self.bracket()?),
            Token::Operator(b'(') => {
                self.depth += 1;
                if self.depth > DEPTH {
                    return None;
                }
                let group = self.either()?;
                if self.next()? != Some(Token::Operator(b')')) {
                    return None;
                }
                self.depth -= 1;
                group
            }
            // Without a group that is open, a plain character; but not in a basic pattern, where it has a backslash.
            Token::Operator(b')') => self.extended.then(|| self.byte(b')'))?,
            Token::Operator(b'^') if self.extended || first => Ast::Assert(Assertion::LineStart),
            Token::Operator(b'$') if self.extended || self.ends_sequence()? => Ast::Assert(Assertion::LineEnd),
            Token::Operator(byte) => self.byte(byte),
            Token::Escape(letter) => match letter {
                b'w' => Ast::Set(Set::of(is_word)),
                b'W' => Ast::Set(Set::of(|byte| !is_word(byte))),
                b's' => Ast::Set(Set::of(is_space)),
                b'S' => Ast::Set(Set::of(|byte| !is_space(byte))),
                b'b' => Ast::Assert(Assertion::WordEdge),
                b'B' => Ast::Assert(Assertion::NoWordEdge),
                b'<' => Ast::Assert(Assertion::WordStart),
                b'>' => Ast::Assert(Assertion::WordEnd),
                b'`' => Ast::Assert(Assertion::TextStart),
                _ => Ast::Assert(Assertion::TextEnd),
            },
        })
    }

    fn ends_sequence(&mut self) -> Option<bool> {
        Some(matches!(self.peek()?, None | Some(Token::Operator(b')' | b'|'))))
    }

    /// How often a part is repeated: the operator has been read, the numbers of `{` have not.
    fn count(&mut self, token: Token) -> Option<(usize, Option<usize>)> {
        match token {
            Token::Operator(b'*') => Some((0, None)),
            Token::Operator(b'+') => Some((1, None)),
            Token::Operator(b'?') => Some((0, Some(1))),
            _ => {
                let least = self.number()?;
                let (least, most) = if self.pattern.get(self.at) == Some(&b',') {
                    self.at += 1;
                    (least.unwrap_or(0), self.number()?)
                } else {
                    (least?, least)
                };
                let end: &[u8] = if self.extended { b"}" } else { br"\}" };
                self.at += self.pattern[self.at..].starts_with(end).then_some(end.len())?;
                most.is_none_or(|most| least <= most).then_some((least, most))
            }
        }
    }

    /// The digits that stand here, if any do; nothing at all if they are too many.
    fn number(&mut self) -> Option<Option<usize>> {
        let mut number = None;
        while let Some(digit) = self.pattern.get(self.at).filter(|byte| byte.is_ascii_digit()) {
            let value = number.unwrap_or(0) * 10 + usize::from(digit - b'0');
            if value > REPEAT_MAX {
                return None;
            }
            number = Some(value);
            self.at += 1;
        }
        Some(number)
    }

    fn peek(&mut self) -> Option<Option<Token>> {
        let at = self.at;
        let token = self.next();
        self.at = at;
        token
    }

    /// The next token, or the end; None if what stands there cannot be.
    fn next(&mut self) -> Option<Option<Token>> {
        let Some(&byte) = self.pattern.get(self.at) else { return Some(None) };
        self.at += 1;
        if byte != b'\\' {
            let plain = !self.extended && b"(){|+?".contains(&byte);
            let is_operator = b".[*^$(){|+?".contains(&byte) && !plain;
            return Some(Some(if is_operator { Token::Operator(byte) } else { Token::Byte(byte) }));
        }
        let &escaped = self.pattern.get(self.at)?;
        self.at += 1;
        Some(Some(match escaped {
            b'(' | b')' | b'{' | b'|' | b'+' | b'?' if !self.extended => Token::Operator(escaped),
            b'w' | b'W' | b's' | b'S' | b'b' | b'B' | b'<' | b'>' | b'`' | b'\'' => Token::Escape(escaped),
            b'1'..=b'9' => return None,
            _ => Token::Byte(escaped),
        }))
    }

    fn byte(&self, byte: u8) -> Ast {
        let mut set = Set::default();
        self.insert(&mut set, byte);
        Ast::Set(set)
    }

    fn insert(&self, set: &mut Set, byte: u8) {
        set.insert(byte);
        if self.ignore_case {
            set.insert(byte.to_ascii_lowercase());
            set.insert(byte.to_ascii_uppercase());
        }
    }

    fn without_newline(&self, mut set: Set) -> Set {
        if self.newline {
            set.0[0] &= !(1 << b'\n');
        }
        set
    }

    /// What stands between brackets; the first has been read.
    fn bracket(&mut self) -> Option<Set> {
        let negated = self.pattern.get(self.at) == Some(&b'^');
        self.at += usize::from(negated);
        let mut set = Set::default();
        let start = self.at;
        loop {
            let rest = &self.pattern[self.at..];
            match *rest {
                [] => return None,
                [b']', ..] if self.at > start => break,
                [b'[', b':', ..] => {
                    let name = self.until(b":]")?;
                    let class = class(name)?;
                    (0..=255).filter(|&byte| class(byte)).for_each(|byte| self.insert(&mut set, byte));
                    continue;
                }
                _ => {}
            }
            let low = self.element()?;
            let high = match self.pattern[self.at..] {
                [b'-', next, ..] if next != b']' => {
                    self.at += 1;
                    self.element()?
                }
                _ => low,
            };
            if low > high {
                return None;
            }
            (low..=high).for_each(|byte| self.insert(&mut set, byte));
        }
        self.at += 1;
        Some(if negated { self.without_newline(Set(set.0.map(|word| !word))) } else { set })
    }

    /// One byte between brackets, which may be written `[.a.]` or `[=a=]`.
    fn element(&mut self) -> Option<u8> {
        let name = match self.pattern[self.at..] {
            [b'[', b'.', ..] => self.until(b".]")?,
            [b'[', b'=', ..] => self.until(b"=]")?,
            [byte, ..] => {
                self.at += 1;
                return Some(byte);
            }
            [] => return None,
        };
        let &[byte] = name else { return None };
        Some(byte)
    }

    /// What stands between `[:` and `:]`, or the like.
    fn until(&mut self, end: &[u8; 2]) -> Option<&[u8]> {
        let start = self.at + 2;
        let length = self.pattern[start..].windows(2).position(|pair| pair == end)?;
        self.at = start + length + 2;
        Some(&self.pattern[start..start + length])
    }
}

impl Set {
    const ALL: Set = Set([u64::MAX; 4]);

    fn of(holds: fn(u8) -> bool) -> Set {
        let mut set = Set::default();
        (0..=255).filter(|&byte| holds(byte)).for_each(|byte| set.insert(byte));
        set
    }

    fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte / 64)] |= 1 << (byte % 64);
    }

    pub fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte / 64)] >> (byte % 64) & 1 == 1
    }
}

impl Assertion {
    pub fn holds(self, text: &[u8], at: usize, newline: bool) -> bool {
        let before = at.checked_sub(1).map(|at| text[at]);
        let after = text.get(at).copied();
        let (word_before, word_after) = (before.is_some_and(is_word), after.is_some_and(is_word));
        match self {
            Assertion::LineStart => at == 0 || (newline && before == Some(b'\n')),
            Assertion::LineEnd => at == text.len() || (newline && after == Some(b'\n')),
            Assertion::TextStart => at == 0,
            Assertion::TextEnd => at == text.len(),
            Assertion::WordStart => !word_before && word_after,
            Assertion::WordEnd => word_before && !word_after,
            Assertion::WordEdge => word_before != word_after,
            Assertion::NoWordEdge => word_before == word_after,
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

fn class(name: &[u8]) -> Option<fn(u8) -> bool> {
    Some(match name {
        b"alpha" => |byte| byte.is_ascii_alphabetic(),
        b"digit" => |byte| byte.is_ascii_digit(),
        b"alnum" => |byte| byte.is_ascii_alphanumeric(),
        b"upper" => |byte| byte.is_ascii_uppercase(),
        b"lower" => |byte| byte.is_ascii_lowercase(),
        b"space" => is_space,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"punct" => |byte| byte.is_ascii_punctuation(),
        b"print" => |byte| matches!(byte, b' '..=b'~'),
        b"graph" => |byte| byte.is_ascii_graphic(),
        b"cntrl" => |byte| byte.is_ascii_control(),
        b"xdigit" => |byte| byte.is_ascii_hexdigit(),
        _ => return None,
    })
}
