count_char counts one letter that is known when the conf is read.
-- conf
pipeline p {
    source nexmark in { events bid; }
    map a { from in; set n = count_char(url, 'cc'); }
    map b { from in; set n = count_char(price, 'c'); }
    map c { from in; set n = count_char(url, channel); }
    sink null s { from a b c; }
}
-- stdout
-- stderr
weir.conf:3:30: error: count_char(string, letter): wants one ASCII letter, such as 'c', to count
    map a { from in; set n = count_char(url, 'cc'); }
                             ^~~~~~~~~~~~~~~~~~~~~
weir.conf:4:30: error: count_char(string, letter): takes a string and a letter
    map b { from in; set n = count_char(price, 'c'); }
                             ^~~~~~~~~~~~~~~~~~~~~~
weir.conf:5:30: error: count_char(string, letter): wants one ASCII letter, such as 'c', to count
    map c { from in; set n = count_char(url, channel); }
                             ^~~~~~~~~~~~~~~~~~~~~~~~
weir: configuration file weir.conf test failed
-- exit 1
