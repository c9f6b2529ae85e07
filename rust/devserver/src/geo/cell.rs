//! The S2 cell of a point, at the finest level: the sphere is projected on the six faces of a cube, each face cut into
//! 2^30 by 2^30 squares, and the squares numbered along a Hilbert curve.

use super::Point;

const LEVELS: u32 = 30;

/// Flags of the curve's orientation within a square: its axes swapped, its direction inverted.
const SWAP: usize = 1;
const INVERT: usize = 2;

/// For each orientation, the place along the curve of the quarter `2 * (upper in i) + (upper in j)`.
const POSITION: [[u64; 4]; 4] = [[0, 1, 3, 2], [0, 3, 1, 2], [2, 3, 1, 0], [2, 1, 3, 0]];
/// How the orientation changes in the quarter at each place along the curve.
const TURN: [usize; 4] = [SWAP, 0, 0, SWAP | INVERT];

/// The id of the cell: 3 bits of face, 60 bits of the place along its curve, and a one that marks the finest level.
pub fn of(point: Point) -> u64 {
    let (face, u, v) = face(point);
    let (i, j) = (square(u), square(v));
    let mut orientation = face as usize & SWAP;
    let mut position = 0;
    for level in (0..LEVELS).rev() {
        let quarter = ((i >> level & 1) << 1 | j >> level & 1) as usize;
        let along = POSITION[orientation][quarter];
        position = position << 2 | along;
        orientation ^= TURN[along as usize];
    }
    face << 61 | position << 1 | 1
}

/// The face of the cube that a point is on, and where on it, each from -1 to 1.
fn face(point: Point) -> (u64, f64, f64) {
    let (phi, theta) = (point.latitude.to_radians(), point.longitude.to_radians());
    let (x, y, z) = (theta.cos() * phi.cos(), theta.sin() * phi.cos(), phi.sin());
    let (ax, ay, az) = (x.abs(), y.abs(), z.abs());
    if ax > ay && ax > az {
        if x > 0.0 {
            (0, y / x, z / x)
        } else {
            (3, z / x, y / x)
        }
    } else if ay > az {
        if y > 0.0 {
            (1, -x / y, z / y)
        } else {
            (4, z / y, -x / y)
        }
    } else if z > 0.0 {
        (2, -x / z, -y / z)
    } else {
        (5, -y / z, -x / z)
    }
}

/// Which of the 2^30 squares a coordinate falls in, after the quadratic stretch that makes them of similar area.
fn square(u: f64) -> u64 {
    let s = if u >= 0.0 { 0.5 * (1.0 + 3.0 * u).sqrt() } else { 1.0 - 0.5 * (1.0 - 3.0 * u).sqrt() };
    let squares = (1u64 << LEVELS) as f64;
    (s * squares).floor().clamp(0.0, squares - 1.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_recorded_cells() {
        let at = |longitude, latitude| of(Point { longitude, latitude });
        assert_eq!(at(-122.5, 37.5), 0x808f_7236_3125_a00f);
        assert_eq!(at(1.0, 2.0), 0x1003_6e17_ca9f_b709);
    }

    #[test]
    fn every_point_of_the_globe_has_a_cell() {
        for longitude in (-180..=180).step_by(15) {
            for latitude in (-90..=90).step_by(15) {
                let cell = of(Point { longitude: longitude.into(), latitude: latitude.into() });
                assert!(cell >> 61 < 6 && cell & 1 == 1);
            }
        }
    }
}
