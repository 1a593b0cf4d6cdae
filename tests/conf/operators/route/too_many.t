There are at most 63 cases.
-- conf
pipeline p {
    source stdin in { format json { k string; v int; j json; t timestamp ms; } event_time t; }
    route r {
        from in;
        case c0 v = 0;
        case c1 v = 1;
        case c2 v = 2;
        case c3 v = 3;
        case c4 v = 4;
        case c5 v = 5;
        case c6 v = 6;
        case c7 v = 7;
        case c8 v = 8;
        case c9 v = 9;
        case c10 v = 10;
        case c11 v = 11;
        case c12 v = 12;
        case c13 v = 13;
        case c14 v = 14;
        case c15 v = 15;
        case c16 v = 16;
        case c17 v = 17;
        case c18 v = 18;
        case c19 v = 19;
        case c20 v = 20;
        case c21 v = 21;
        case c22 v = 22;
        case c23 v = 23;
        case c24 v = 24;
        case c25 v = 25;
        case c26 v = 26;
        case c27 v = 27;
        case c28 v = 28;
        case c29 v = 29;
        case c30 v = 30;
        case c31 v = 31;
        case c32 v = 32;
        case c33 v = 33;
        case c34 v = 34;
        case c35 v = 35;
        case c36 v = 36;
        case c37 v = 37;
        case c38 v = 38;
        case c39 v = 39;
        case c40 v = 40;
        case c41 v = 41;
        case c42 v = 42;
        case c43 v = 43;
        case c44 v = 44;
        case c45 v = 45;
        case c46 v = 46;
        case c47 v = 47;
        case c48 v = 48;
        case c49 v = 49;
        case c50 v = 50;
        case c51 v = 51;
        case c52 v = 52;
        case c53 v = 53;
        case c54 v = 54;
        case c55 v = 55;
        case c56 v = 56;
        case c57 v = 57;
        case c58 v = 58;
        case c59 v = 59;
        case c60 v = 60;
        case c61 v = 61;
        case c62 v = 62;
        case c63 v = 63;
    }
    sink null out { from c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 c10 c11 c12 c13 c14 c15 c16 c17 c18 c19 c20 c21 c22 c23 c24 c25 c26 c27 c28 c29 c30 c31 c32 c33 c34 c35 c36 c37 c38 c39 c40 c41 c42 c43 c44 c45 c46 c47 c48 c49 c50 c51 c52 c53 c54 c55 c56 c57 c58 c59 c60 c61 c62; }
}
-- stderr
weir.conf:68:14: error: route "r" has more than 63 "case"
        case c63 v = 63;
             ^~~
weir: configuration file weir.conf test failed
-- exit 1
