//! The size of the pages that memory comes in from the system.
//!
//! Trap: pages of 2 MB make a query faster, but an ingest has many buffers that are filled in part, and analyses that run
//! side by side take and give back much memory of all sizes: they take more of it, and the system's time to clear it.

/// From now on pages are small.
pub fn small_pages() {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_thp_disable(true);
}

/// Has pages small for the time of an ingest.
pub fn in_small_pages<T>(ingest: impl FnOnce() -> T) -> T {
    #[cfg(target_os = "linux")]
    let before = nix::sys::prctl::get_thp_disable();
    small_pages();
    let done = ingest();
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_thp_disable(before.unwrap_or(false));
    done
}
