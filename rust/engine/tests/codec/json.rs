//! As much of JSON as the recorded exchanges need: whole numbers only, all others are told as text.

use aerospike_sansio::value::{MapOrder, Value};

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub fn parse(text: &str) -> Json {
        let mut parser = Parser { rest: text };
        let json = parser.value();
        assert_eq!(parser.rest.trim(), "", "something follows the JSON");
        json
    }

    pub fn get(&self, name: &str) -> Option<&Json> {
        let Json::Object(members) = self else { return None };
        members.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn int(&self) -> Option<i64> {
        match self {
            Json::Int(int) => Some(*int),
            _ => None,
        }
    }

    pub fn list(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            _ => &[],
        }
    }

    pub fn is_true(&self) -> bool {
        *self == Json::Bool(true)
    }

    /// The value that this describes, in the notation of the vectors (tests/vectors/README.md).
    pub fn value(&self) -> Value {
        match self {
            Json::Null => Value::Nil,
            Json::Bool(bool) => Value::Bool(*bool),
            Json::Int(int) => Value::Int(*int),
            Json::Text(text) => Value::String(text.as_bytes().to_vec()),
            Json::List(items) => Value::List { items: items.iter().map(Json::value).collect(), ordered: false },
            Json::Object(members) => tagged(members),
        }
    }
}

fn tagged(members: &[(String, Json)]) -> Value {
    let (tag, inner) = &members[0];
    let text = || inner.text().expect("text");
    match tag.as_str() {
        "$int" => text().parse().map(Value::Int).unwrap_or_else(|_| Value::Uint(text().parse().expect("u64"))),
        "$double" => Value::Float(text().parse().expect("double")),
        "$bytes" => Value::Blob(unhex(text())),
        "$geo" => Value::Geo(text().as_bytes().to_vec()),
        "$hll" => Value::Hll(unhex(text())),
        "$inf" => Value::Infinity,
        "$wildcard" => Value::Wildcard,
        "$repeat" => {
            let times = inner.list()[1].int().expect("times") as usize;
            Value::String(inner.list()[0].text().expect("text").repeat(times).into_bytes())
        }
        "$map" => {
            let pairs = inner.list().iter().map(|pair| (pair.list()[0].value(), pair.list()[1].value()));
            let order = match members.get(1).and_then(|(_, order)| order.text()) {
                Some("key_ordered") => MapOrder::Key,
                Some("key_value_ordered") => MapOrder::KeyValue,
                _ => MapOrder::Unordered,
            };
            Value::Map { pairs: pairs.collect(), order }
        }
        _ => panic!("unknown value {members:?}"),
    }
}

pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn value(&mut self) -> Json {
        match self.peek() {
            '{' => Json::Object(self.members('{', '}', |parser| {
                let name = parser.string();
                parser.expect(':');
                (name, parser.value())
            })),
            '[' => Json::List(self.members('[', ']', Parser::value)),
            '"' => Json::Text(self.string()),
            'n' => self.word("null", Json::Null),
            't' => self.word("true", Json::Bool(true)),
            'f' => self.word("false", Json::Bool(false)),
            _ => self.number(),
        }
    }

    fn peek(&mut self) -> char {
        self.rest = self.rest.trim_start();
        self.rest.chars().next().expect("more JSON")
    }

    fn expect(&mut self, char: char) {
        assert_eq!(self.peek(), char);
        self.rest = &self.rest[1..];
    }

    fn word(&mut self, word: &str, json: Json) -> Json {
        self.rest = self.rest.strip_prefix(word).expect(word);
        json
    }

    fn members<T>(&mut self, open: char, close: char, member: impl Fn(&mut Self) -> T) -> Vec<T> {
        self.expect(open);
        let mut members = Vec::new();
        while self.peek() != close {
            if !members.is_empty() {
                self.expect(',');
            }
            members.push(member(self));
        }
        self.expect(close);
        members
    }

    /// A number that is not whole becomes its text: the vectors have such only where they do not matter here.
    fn number(&mut self) -> Json {
        let end = self.rest.find(|c: char| !"+-.eE0123456789".contains(c)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        number.parse().map_or_else(|_| Json::Text(number.to_string()), Json::Int)
    }

    fn string(&mut self) -> String {
        self.expect('"');
        let mut units = Vec::new();
        loop {
            let char = self.next();
            match char {
                '"' => return String::from_utf16(&units).expect("UTF-16"),
                '\\' => match self.next() {
                    'u' => {
                        let (hex, rest) = self.rest.split_at(4);
                        units.push(u16::from_str_radix(hex, 16).expect("hex"));
                        self.rest = rest;
                    }
                    'n' => units.push(10),
                    't' => units.push(9),
                    'r' => units.push(13),
                    'b' => units.push(8),
                    'f' => units.push(12),
                    other => units.push(other as u16),
                },
                other => units.extend_from_slice(other.encode_utf16(&mut [0; 2])),
            }
        }
    }

    fn next(&mut self) -> char {
        let mut chars = self.rest.chars();
        let char = chars.next().expect("more JSON");
        self.rest = chars.as_str();
        char
    }
}
