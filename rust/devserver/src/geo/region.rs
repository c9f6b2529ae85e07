//! Whether a point lies in a region of the sphere.
//!
//! Edges are arcs of great circles, and of the two sides of a ring the smaller is its inside, whichever way round it was
//! given: as the real server has it. On the edge itself and within a centimetre of it, where the real server counts in
//! cells, the answer may be another.

use super::{Geometry, Point};

/// Metres: the server's mean radius.
const EARTH_RADIUS: f64 = 6_371_000.0;

type Vector = [f64; 3];

/// A point and a region, in either order, of which one holds the other. Two points or two regions never match.
pub fn matches(one: &Geometry, other: &Geometry) -> bool {
    match (one, other) {
        (Geometry::Point(_), Geometry::Point(_)) => false,
        (Geometry::Point(point), region) | (region, Geometry::Point(point)) => holds(region, *point),
        _ => false,
    }
}

fn holds(region: &Geometry, point: Point) -> bool {
    let at = vector(point);
    match region {
        Geometry::Point(_) => false,
        Geometry::Circle(centre, radius) => angle(vector(*centre), at) <= radius / EARTH_RADIUS,
        Geometry::Region(polygons) => polygons.iter().any(|rings| {
            // A ring within another is a hole in it, one within a hole an island.
            rings.iter().filter(|ring| is_inside(ring, at)).count() % 2 == 1
        }),
    }
}

/// A ring goes once around what is inside it, to the left if the inside is on its left.
fn is_inside(ring: &[Point], at: Vector) -> bool {
    let points: Vec<Vector> = ring.iter().map(|point| vector(*point)).collect();
    let around: f64 = points.windows(2).map(|edge| turn(at, edge[0], edge[1])).sum();
    // Around the point on the other side of the earth the ring goes the other way.
    around.abs() > std::f64::consts::PI && (around > 0.0) == (area(&points) > 0.0)
}

/// The angle by which one turns at a point to look from one place to another, to the left positive.
fn turn(at: Vector, from: Vector, to: Vector) -> f64 {
    let (from, to) = (cross(at, from), cross(at, to));
    dot(at, cross(from, to)).atan2(dot(from, to))
}

/// The area to the left of a small ring, negative if the ring goes the other way round.
fn area(ring: &[Vector]) -> f64 {
    let [first, rest @ ..] = ring else { return 0.0 };
    rest.windows(2).map(|edge| excess(*first, edge[0], edge[1])).sum()
}

/// The area of a triangle, with the sign of its direction.
fn excess(a: Vector, b: Vector, c: Vector) -> f64 {
    2.0 * dot(a, cross(b, c)).atan2(1.0 + dot(a, b) + dot(b, c) + dot(c, a))
}

fn vector(point: Point) -> Vector {
    let (phi, theta) = (point.latitude.to_radians(), point.longitude.to_radians());
    [theta.cos() * phi.cos(), theta.sin() * phi.cos(), phi.sin()]
}

fn angle(a: Vector, b: Vector) -> f64 {
    let normal = cross(a, b);
    dot(normal, normal).sqrt().atan2(dot(a, b))
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(longitude: f64, latitude: f64) -> Geometry {
        Geometry::Point(Point { longitude, latitude })
    }

    fn ring(corners: &[(f64, f64)]) -> Vec<Point> {
        let closed = corners.iter().chain(corners.first());
        closed.map(|&(longitude, latitude)| Point { longitude, latitude }).collect()
    }

    #[test]
    fn a_ring_holds_its_smaller_side_whichever_way_round_it_is_given() {
        let mut corners = vec![(-122.5, 37.0), (-121.0, 37.0), (-121.0, 38.08), (-122.5, 38.08)];
        for _ in 0..2 {
            let region = Geometry::Region(vec![vec![ring(&corners)]]);
            assert!(matches(&region, &point(-122.0, 37.5)));
            assert!(matches(&point(-122.0, 37.5), &region));
            for (longitude, latitude) in [(-123.0, 37.5), (58.0, -37.5), (0.0, 90.0), (-122.0, 38.1)] {
                assert!(!matches(&region, &point(longitude, latitude)), "{longitude} {latitude}");
            }
            corners.reverse();
        }
    }

    #[test]
    fn rings_around_a_pole_and_over_the_date_line() {
        let pole = ring(&[(0.0, 60.0), (90.0, 60.0), (180.0, 60.0), (-90.0, 60.0)]);
        let region = Geometry::Region(vec![vec![pole]]);
        assert!(matches(&region, &point(13.0, 80.0)) && !matches(&region, &point(13.0, 40.0)));
        let line = ring(&[(170.0, -10.0), (-170.0, -10.0), (-170.0, 10.0), (170.0, 10.0)]);
        let region = Geometry::Region(vec![vec![line]]);
        assert!(matches(&region, &point(-175.0, 0.0)) && matches(&region, &point(175.0, 0.0)));
        assert!(!matches(&region, &point(0.0, 0.0)));
    }

    #[test]
    fn a_ring_within_a_ring_is_a_hole() {
        let outer = ring(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]);
        let hole = ring(&[(4.0, 4.0), (6.0, 4.0), (6.0, 6.0), (4.0, 6.0)]);
        let region = Geometry::Region(vec![vec![outer, hole]]);
        assert!(matches(&region, &point(1.0, 1.0)) && !matches(&region, &point(5.0, 5.0)));
    }

    #[test]
    fn a_circle_holds_what_is_no_farther_than_its_radius() {
        let circle = Geometry::Circle(Point { longitude: -122.0, latitude: 37.5 }, 1000.0);
        assert!(matches(&circle, &point(-122.0, 37.508)));
        assert!(!matches(&circle, &point(-122.0, 37.51)));
        assert!(!matches(&circle, &circle) && !matches(&point(1.0, 1.0), &point(1.0, 1.0)));
    }
}
