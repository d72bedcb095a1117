//! A seed stands for the same numbers on every machine and in every release: what a checksum here says never changes.

#[path = "common/seeded.rs"]
mod seeded;

const NUMBERS: &[(&str, u64)] = &[
    ("parabola", 0xfb36_bfd1_884f_1665),
    ("moons", 0xc764_713f_799f_3f95),
    ("circles", 0x630e_607b_81a5_3bf4),
    ("ball", 0x8489_f8bf_28eb_5806),
    ("hypercube", 0x9a52_1047_2957_c065),
    ("normal", 0x7faf_731d_9740_027c),
    ("truncated_normal", 0xcd1b_2516_faeb_17e8),
    ("uniform", 0xb9ad_71c3_353a_4e7f),
    ("glorot_uniform", 0xe0b2_ced5_7f97_7370),
    ("glorot_normal", 0x1209_246d_50e7_8ff0),
    ("he_uniform", 0x1ef9_a924_f31c_5900),
    ("he_normal", 0x2854_e74e_0da1_6c6a),
    ("lecun_uniform", 0x47a7_3bf8_f61a_901c),
    ("lecun_normal", 0x1c2a_deb3_9c6f_efae),
    ("an epoch of sgd", 0x0144_3a6e_4d26_3860),
    ("an epoch of momentum", 0x6dd0_7a0c_87e5_f0aa),
    ("an epoch of nesterov", 0x3fc3_c4f9_0b53_70eb),
    ("an epoch of rmsprop", 0x8aaa_7552_4aa8_a898),
    ("an epoch of adam", 0x69e4_9dc8_7180_f7d2),
    ("sigmoid", 0x3456_91be_d0b9_ed63),
    ("hard_sigmoid", 0x3636_10a0_4980_ee9a),
    ("tanh", 0x894c_51b0_4916_df1c),
    ("leaky_relu(slope 0.3)", 0x2fe2_a541_0363_b377),
    ("elu(alpha 1.5)", 0xc386_d02c_5700_f477),
    ("selu", 0xe091_8b7a_7728_7f55),
    ("softplus", 0xdaa2_c80b_f2cf_0c7b),
    ("softsign", 0xf7ff_f8df_929f_52e2),
    ("softmax", 0xd3a6_2bd9_7fdb_3025),
    ("binary_crossentropy", 0x4fed_d948_1a76_dc94),
    ("categorical_crossentropy", 0xefb9_0cb0_d07c_7daf),
    ("mean_squared_error", 0xfa02_bb7e_5680_b64a),
    ("density", 0xdf91_5503_1ada_b716),
    ("principal plane", 0x16fb_c720_4b2d_bf0a),
    ("explained variance", 0x5fd1_0b59_9eab_b2b5),
];

#[test]
fn every_seed_gives_the_numbers_that_it_always_gave() {
    let found = seeded::numbers();
    let found: Vec<(&str, u64)> = found.iter().map(|(name, sum)| (name.as_str(), *sum)).collect();
    assert_eq!(found, NUMBERS, "{found:#x?}");
}

/// Some of them to read.
#[test]
fn the_first_numbers_of_a_seed_are_these() {
    let moons = training_replay::datasets::moons(100, 0.1, 7);
    let weights = training_replay::Initializer::GlorotNormal.matrix(2, 3, 42).unwrap();
    assert_eq!((moons.inputs()[(0, 0)], moons.inputs()[(0, 1)]), (0.26909363, -0.2276376));
    assert_eq!(weights.as_slice()[..2], [-0.023652112, -0.5849098]);
}
