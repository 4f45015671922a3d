//! Moments as text: pure arithmetic, no clock.

/// Milliseconds since 1970 as `2026-11-14 09:05 UTC`.
pub fn minute(milliseconds: u64) -> String {
    let (date, seconds) = parts(milliseconds);
    format!("{date} {:02}:{:02} UTC", seconds / 3600, seconds / 60 % 60)
}

/// Milliseconds since 1970 as `2026-11-14 09:05:00 UTC`; what is less than a second is left out.
pub fn second(milliseconds: u64) -> String {
    let (date, seconds) = parts(milliseconds);
    format!("{date} {:02}:{:02}:{:02} UTC", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A date, and the seconds of its day.
fn parts(milliseconds: u64) -> (String, u64) {
    let seconds = milliseconds / 1000;
    let (days, seconds) = (seconds / 86_400, seconds % 86_400);
    // Days to a date of the Gregorian calendar, years beginning in March: Howard Hinnant's `civil_from_days`.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year + era * 400 + u64::from(month <= 2);
    (format!("{year:04}-{month:02}-{day:02}"), seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_dates() {
        assert_eq!(minute(0), "1970-01-01 00:00 UTC");
        assert_eq!(minute(951_782_400_000), "2000-02-29 00:00 UTC");
        assert_eq!(minute(1_794_647_100_000), "2026-11-14 09:05 UTC");
        assert_eq!(second(1_794_647_159_999), "2026-11-14 09:05:59 UTC");
        assert!(second(u64::MAX).ends_with(" UTC"));
    }
}
