/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backpressure and aligned barriers in a diamond, U -> A, B -> J -> S, with rings of one.
 *
 * The rules of the engine, as modelled:
 *   - a task whose outputs have no room, or whose overflow lists hold something, is not called;
 *   - output never blocks: what one call emits beyond the ring waits in the overflow list, EXCESS
 *     at most;
 *   - a task that stopped with MORE gets nothing else, barrier included, until it is done;
 *   - a barrier goes to all outputs of a task before anything later;
 *   - only the engine stops reading an input, and only to align a barrier;
 *   - one epoch is in flight; the end of a stream is a watermark of +inf, on which operators fire,
 *     then the last barrier, then the end.
 *
 * Without -D it must pass: no deadlock, no record on the wrong side of a barrier, no overflow
 * beyond EXCESS, everything drained at the end.  Each of these must fail:
 *   -DM_OPERATOR_CHOOSES  J waits for the input that it would like next        deadlock
 *   -DM_BARRIER_LATE      U sends records to one output between its barriers   deadlock
 *   -DM_NO_ALIGN          J goes on reading an input after its barrier         mixed epochs
 *   -DM_NO_ROOM_CHECK     tasks are called though their outputs are full       overflow
 */
#define RECORDS 4 /* calls of the source that emit */
#define EPOCHS  3 /* barriers at most, the last one included */
#define EXCESS  1 /* one call: two messages, into a ring with room for one */

#define DATA    1
#define MAX     2 /* watermark +inf */
#define BARRIER 3
#define END     4

/* Rings and overflow lists: kind, epoch it belongs to. */
chan ua = [1] of { byte, byte }; chan ua_over = [EXCESS] of { byte, byte };
chan ub = [1] of { byte, byte }; chan ub_over = [EXCESS] of { byte, byte };
chan aj = [1] of { byte, byte }; chan aj_over = [EXCESS] of { byte, byte };
chan bj = [1] of { byte, byte }; chan bj_over = [EXCESS] of { byte, byte };
chan js = [1] of { byte, byte }; chan js_over = [EXCESS] of { byte, byte };

byte acked; /* epochs that reached S */

#define DRAINS(ring, over) (len(over) > 0 && len(ring) < 1)
#ifdef M_NO_ROOM_CHECK
#define ROOM(ring, over) (true)
#else
#define ROOM(ring, over) (len(over) == 0 && len(ring) < 1)
#endif

inline drain(ring, over) {
	over ? kind, epoch; ring ! kind, epoch
}

inline put(ring, over, k, e) {
	if
	:: len(over) == 0 && len(ring) < 1 -> ring ! k, e
	:: else -> assert(len(over) < EXCESS); over ! k, e
	fi
}

/* The source.  It also injects the barriers: n + 1 when n has been acknowledged. */
active proctype U() {
	byte kind, epoch;
	byte sent = 0, n = 0, step = 0;
	do
	:: atomic { DRAINS(ua, ua_over) -> drain(ua, ua_over) }
	:: atomic { DRAINS(ub, ub_over) -> drain(ub, ub_over) }
	:: atomic { step == 0 && sent < RECORDS && ROOM(ua, ua_over) && ROOM(ub, ub_over) ->
		sent++;
		if
		:: true -> put(ua, ua_over, DATA, n)
		:: true -> put(ub, ub_over, DATA, n)
		:: true -> put(ua, ua_over, DATA, n); put(ub, ub_over, DATA, n)
		:: true -> put(ua, ua_over, DATA, n); put(ua, ua_over, DATA, n)
		:: true -> put(ub, ub_over, DATA, n); put(ub, ub_over, DATA, n)
		fi }
#ifdef M_BARRIER_LATE
	:: atomic { step == 0 && n < EPOCHS - 1 && acked == n && ROOM(ua, ua_over) ->
		put(ua, ua_over, BARRIER, n); step = 10 }
	:: atomic { step == 10 && sent < RECORDS && ROOM(ua, ua_over) && ROOM(ub, ub_over) ->
		sent++; put(ua, ua_over, DATA, n + 1) }
	:: atomic { step == 10 && ROOM(ua, ua_over) && ROOM(ub, ub_over) ->
		put(ub, ub_over, BARRIER, n); n++; step = 0 }
#else
	:: atomic { step == 0 && n < EPOCHS - 1 && acked == n && ROOM(ua, ua_over) &&
			ROOM(ub, ub_over) ->
		put(ua, ua_over, BARRIER, n); put(ub, ub_over, BARRIER, n); n++ }
#endif
	:: atomic { step == 0 && sent == RECORDS && ROOM(ua, ua_over) && ROOM(ub, ub_over) ->
		put(ua, ua_over, MAX, n); put(ub, ub_over, MAX, n); step = 1 }
	:: atomic { step == 1 && acked == n && ROOM(ua, ua_over) && ROOM(ub, ub_over) ->
		put(ua, ua_over, BARRIER, n); put(ub, ub_over, BARRIER, n); n++; step = 2 }
	:: atomic { step == 2 && ROOM(ua, ua_over) && ROOM(ub, ub_over) ->
		put(ua, ua_over, END, n); put(ub, ub_over, END, n); step = 3 }
	:: atomic { step == 3 && len(ua_over) == 0 && len(ub_over) == 0 -> break }
	od
}

/*
 * An operator with one input: for a record none, one or two; for the watermark it fires up to two
 * calls long (MORE between them), a record each, and the host forwards the watermark.
 */
inline one_input(in, ring, over) {
	do
	:: atomic { DRAINS(ring, over) -> drain(ring, over) }
	:: atomic { more > 0 && ROOM(ring, over) ->
		more--;
		put(ring, over, DATA, mine);
		if
		:: more == 0 -> put(ring, over, MAX, mine)
		:: else
		fi }
	:: atomic { more == 0 && !ended && ROOM(ring, over) && len(in) > 0 ->
		in ? kind, epoch;
		assert(epoch == mine);
		if
		:: kind == DATA ->
			if
			:: skip
			:: true -> put(ring, over, DATA, mine)
			:: true -> put(ring, over, DATA, mine); put(ring, over, DATA, mine)
			fi
		:: kind == MAX ->
			if
			:: true -> put(ring, over, MAX, mine)
			:: more = 1
			:: more = 2
			fi
		:: kind == BARRIER -> put(ring, over, BARRIER, mine); mine++
		:: kind == END -> put(ring, over, END, mine); ended = 1
		fi;
		kind = 0; epoch = 0 }
	:: atomic { ended && len(over) == 0 -> break }
	od
}

active proctype A() {
	byte kind, epoch, mine = 0, more = 0;
	bit ended = 0;
	one_input(ua, aj, aj_over)
}

active proctype B() {
	byte kind, epoch, mine = 0, more = 0;
	bit ended = 0;
	one_input(ub, bj, bj_over)
}

/* A message on input i of J; bit i of the sets stands for it. */
inline receive(in, i) {
	in ? kind, epoch;
	if
	:: kind == DATA ->
		assert(epoch == mine);
		if
		:: skip
		:: true -> put(js, js_over, DATA, mine)
		fi
	:: kind == MAX ->
		maxed = maxed | (1 << i);
		if
		:: maxed == 3 -> put(js, js_over, DATA, mine); put(js, js_over, MAX, mine)
		:: else
		fi
	:: kind == BARRIER ->
		assert(epoch == mine);
		stopped = stopped | (1 << i);
		if
		:: stopped == 3 -> put(js, js_over, BARRIER, mine); mine++; stopped = 0
		:: else
		fi
	:: kind == END ->
		ended = ended | (1 << i);
		if
		:: ended == 3 -> put(js, js_over, END, mine)
		:: else
		fi
	fi;
	kind = 0; epoch = 0
}

#ifdef M_NO_ALIGN
#define READS(i) (true)
#else
#define READS(i) (!(stopped & (1 << i)))
#endif

active proctype J() {
	byte kind, epoch, mine = 0, stopped = 0, maxed = 0, ended = 0;
#ifdef M_OPERATOR_CHOOSES
	byte wants = 0;
#define WANTS(i) (wants == i || (ended & (2 >> i)) || (stopped & (2 >> i)))
#else
#define WANTS(i) (true)
#endif
	do
	:: atomic { DRAINS(js, js_over) -> drain(js, js_over) }
	:: atomic { READS(0) && WANTS(0) && ROOM(js, js_over) && len(aj) > 0 ->
		receive(aj, 0)
#ifdef M_OPERATOR_CHOOSES
		; if :: wants = 0 :: wants = 1 fi
#endif
		}
	:: atomic { READS(1) && WANTS(1) && ROOM(js, js_over) && len(bj) > 0 ->
		receive(bj, 1)
#ifdef M_OPERATOR_CHOOSES
		; if :: wants = 0 :: wants = 1 fi
#endif
		}
	:: atomic { ended == 3 && len(js_over) == 0 -> break }
	od
}

active proctype S() {
	byte kind, epoch;
	do
	:: atomic { js ? kind, epoch ->
		assert(epoch == acked);
		if
		:: kind == BARRIER -> acked++
		:: kind == END -> break
		:: else
		fi }
	od;
	assert(len(ua) + len(ub) + len(aj) + len(bj) + len(js) == 0)
}
