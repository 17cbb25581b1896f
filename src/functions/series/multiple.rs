//! The functions with several results, and the columns that these become.

use crate::types::Type;

use Type::{Dynamic, Long, Real};

/// The function, and the suffix and type of each of its columns, in order.
pub const MULTIPLE: &[(&str, &[(&str, Type)])] = &[
    (
        "series_decompose",
        &[("baseline", Dynamic), ("seasonal", Dynamic), ("trend", Dynamic), ("residual", Dynamic)],
    ),
    ("series_decompose_anomalies", &[("ad_flag", Dynamic), ("ad_score", Dynamic), ("baseline", Dynamic)]),
    ("series_fft", &[("real", Dynamic), ("imag", Dynamic)]),
    ("series_ifft", &[("real", Dynamic), ("imag", Dynamic)]),
    (
        "series_fit_2lines",
        &[
            ("rsquare", Real),
            ("split_idx", Long),
            ("variance", Real),
            ("rvariance", Real),
            ("line_fit", Dynamic),
            ("right_rsquare", Real),
            ("right_slope", Real),
            ("right_interception", Real),
            ("right_variance", Real),
            ("right_rvariance", Real),
            ("left_rsquare", Real),
            ("left_slope", Real),
            ("left_interception", Real),
            ("left_variance", Real),
            ("left_rvariance", Real),
        ],
    ),
    (
        "series_fit_line",
        &[
            ("rsquare", Real),
            ("slope", Real),
            ("variance", Real),
            ("rvariance", Real),
            ("interception", Real),
            ("line_fit", Dynamic),
        ],
    ),
    (
        "series_fit_poly",
        &[
            ("rsquare", Real),
            ("coefficients", Dynamic),
            ("variance", Real),
            ("rvariance", Real),
            ("poly_fit", Dynamic),
        ],
    ),
    ("series_periods_detect", &[("periods", Dynamic), ("scores", Dynamic)]),
    ("series_periods_validate", &[("periods", Dynamic), ("scores", Dynamic)]),
    (
        "series_stats",
        &[
            ("min", Real),
            ("min_idx", Long),
            ("max", Real),
            ("max_idx", Long),
            ("avg", Real),
            ("stdev", Real),
            ("variance", Real),
        ],
    ),
];
