//! Does one case so many times, for whoever counts instructions (`make bench-instructions`); without arguments it names the
//! cases, each with the operations of one act.
//!
//!     instructions ["digest/text key" 100]

mod cases;
#[path = "../tests/client/rig.rs"]
#[allow(dead_code)]
mod rig;
#[path = "../tests/client/secured.rs"]
#[allow(dead_code)]
mod secured;

fn main() {
    // cargo bench says `--bench`, too.
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [name, times] = given.as_slice() else {
        cases::CASES.iter().for_each(|case| println!("{}\t{}", case.name, case.operations));
        return;
    };
    let case = cases::CASES.iter().find(|case| case.name == name).expect("there is no such case");
    let mut act = (case.ready)();
    (0..times.parse().expect("a number of times")).for_each(|_: u32| act());
}
