#!/bin/sh
# Installs and builds the other clients that the bench compares with, each where its language is installed: `make bench-peers`.
# What it makes is ignored by git. The Node client is installed with the tests (tests/peers).

cd "$(dirname "$0")" || exit 1

say() { printf '%-8s %s\n' "$1" "$2"; }

has() { command -v "$1" >/dev/null 2>&1; }

# Go is often installed where no PATH has it.
PATH="$PATH:/usr/local/go/bin"

if has go; then
  if (cd go && go build -o bench .); then say go "built"; else say go "could not be built"; fi
else
  say go "absent: there is no go"
fi

if has mvn && has javac; then
  if (cd java && mvn -B -q dependency:copy-dependencies -DoutputDirectory=lib && javac -d classes -cp 'lib/*' Bench.java); then
    say java "built"
  else
    say java "could not be built"
  fi
else
  say java "absent: it takes mvn and a JDK of 17 or later"
fi

if has cargo; then
  if (cd rust && cargo build --release --locked --quiet); then say rust "built"; else say rust "could not be built"; fi
else
  say rust "absent: there is no cargo"
fi

if has python3; then
  if (cd python && python3 -m venv venv && venv/bin/pip install -q --disable-pip-version-check -r requirements.txt); then
    say python "installed"
  else
    say python "could not be installed"
  fi
else
  say python "absent: there is no python3"
fi
