/* SPDX-License-Identifier: Apache-2.0 */
/* Weir epoch commit protocol: one worker, one LevelDB (base + redo journal per epoch), one Kafka transaction coordinator.
 * kill -9 may strike between any two steps and keeps all writes (page cache); power loss keeps only what is surely on disk.
 * A synced LevelDB write makes itself durable, but earlier un-synced writes may sit in an older log file that was never
 * synced (leveldb#193), so prepare() chooses whether they become durable too.
 * "att" tags one execution of an epoch: two executions of the same epoch may give different bytes.
 * Without -D: must PASS.  Mutations that must FAIL: -DM_LATE_PREPARE -DM_NOSYNC_PREPARE -DM_READ_BEFORE_FENCE
 *   -DM_KEEP_PRODUCER -DM_ABORT_ON_TIMEOUT -DM_APPLY_DROPS_EARLY -DM_LAST_JOURNAL_ONLY.
 * Harmless here: -DM_EPOCH_ONLY, -DM_LAZY_DISCARD.
 * Run: spin -a [-D..] commit.pml && cc -DSAFETY -o pan pan.c && ./pan -m1000000 */
#define MAXE 4          /* epochs */
#define MAXA 6          /* executions and process starts */
/* Kafka */
byte k_e, k_a;          /* committed epoch + execution (offset metadata) */
byte t_e, t_a;          /* ongoing transaction */
bit  t_out, t_off;      /* outputs / offsets already in it */
byte pe;                /* current producer epoch at the coordinator */
bit  torn;              /* a commit took outputs without their offsets */
bit d_has; bit d_commit; byte d_pe;   /* one EndTxn delayed in the network */
/* LevelDB: v_ = what the process sees, d_ = surely on disk */
byte vb_e, vb_a, db_e, db_a;
byte vj[5], dj[5];      /* journal J(epoch) -> att, 0 = absent */
byte nexta = 1; byte runs;

inline commit_now() {
  if :: t_off -> k_e = t_e; k_a = t_a
     :: else -> if :: t_out -> torn = 1 :: else -> skip fi
  fi;
  t_out = 0; t_off = 0
}
inline abort_now() { t_out = 0; t_off = 0 }
inline full_sync() { db_e = vb_e; db_a = vb_a; dj[1] = vj[1]; dj[2] = vj[2]; dj[3] = vj[3]; dj[4] = vj[4] }
inline prepare(nn, aa) {
  vj[nn] = aa;
  if :: true -> full_sync()                      /* same log file: everything before is synced as well */
     :: true -> dj[nn] = aa                      /* older log file not synced: only this record is sure */
  fi
}

active proctype Net() {                          /* the delayed EndTxn may arrive at any time */
end:  do
  :: atomic { d_has -> d_has = 0;
       if :: d_pe == pe && (t_out || t_off) -> if :: d_commit -> commit_now() :: else -> abort_now() fi
          :: else -> skip fi }
  od
}

active proctype Worker() {
  byte mype, n, a, ke, ka; bit ok;
start:
  atomic { runs < MAXA -> runs++ };
  atomic { if :: true -> skip                    /* kill -9 */
              :: true -> vb_e = db_e; vb_a = db_a; vj[1] = dj[1]; vj[2] = dj[2]; vj[3] = dj[3]; vj[4] = dj[4]  /* power loss */
           fi };
#ifdef M_READ_BEFORE_FENCE
  atomic { ke = k_e; ka = k_a };
#endif
  atomic { pe++; mype = pe; abort_now() };       /* init_transactions(): fence, abort the old transaction */
#ifndef M_READ_BEFORE_FENCE
  atomic { ke = k_e; ka = k_a };                 /* committed(), RequireStable */
#endif
  atomic {                                       /* recovery: redo J(base+1..E) in order, drop the rest */
#ifdef M_LAST_JOURNAL_ONLY
    if :: (ke > vb_e && vj[ke] == ka) -> assert(ke == vb_e + 1); vb_e = ke; vb_a = vj[ke] :: else -> skip fi;
#else
    do
    :: (vb_e < ke && vj[vb_e + 1] != 0) -> vb_a = vj[vb_e + 1]; vb_e = vb_e + 1
    :: else -> break
    od;
#endif
    vj[1] = 0; vj[2] = 0; vj[3] = 0; vj[4] = 0;
#ifndef M_LAZY_DISCARD
    full_sync();
#endif
#ifdef M_EPOCH_ONLY
    assert(vb_e == ke)
#else
    assert(vb_e == ke && vb_a == ka)             /* I1: state == what Kafka committed, same execution */
#endif
  };
loop:
  if :: vb_e >= MAXE || nexta >= MAXA -> goto fin :: else -> skip fi;
  atomic { n = vb_e + 1; a = nexta; nexta++ };
  atomic { if :: mype == pe -> t_e = n; t_a = a; t_out = 1 :: else -> goto fin fi };   /* outputs stream in */
  if :: goto start :: true -> skip fi;           /* crash */
#ifndef M_LATE_PREPARE
#ifdef M_NOSYNC_PREPARE
  atomic { vj[n] = a };
#else
  atomic { prepare(n, a) };                      /* ONE WriteBatch, sync=1 */
#endif
  if :: goto start :: true -> skip fi;
#endif
  atomic { if :: mype == pe && t_out -> t_off = 1 :: else -> goto start fi };  /* send_offsets(metadata = n,a) */
  if :: goto start :: true -> skip fi;
  atomic {                                       /* commit_transaction() */
    if :: true -> commit_now(); ok = 1
       :: true -> commit_now(); ok = 0           /* done, answer lost */
       :: ok = 0; if :: !d_has -> d_has = 1; d_commit = 1; d_pe = mype :: else -> skip fi   /* still in the network */
       :: ok = 0                                 /* request lost */
    fi };
  if :: goto start :: true -> skip fi;
  if
  :: ok
#ifdef M_KEEP_PRODUCER
  :: !ok -> atomic { if :: t_out || t_off -> commit_now() :: else -> skip fi; ok = 1 }  /* EndTxn retried, same producer epoch */
#elif defined(M_ABORT_ON_TIMEOUT)
  :: !ok -> atomic { abort_now(); vj[n] = 0; full_sync() }; goto loop     /* "it timed out, so roll back" */
#else
  :: !ok -> goto start                           /* unknown: destroy producer, re-init, re-read */
#endif
  fi;
#ifdef M_LATE_PREPARE
  atomic { prepare(n, a) };
#endif
#ifdef M_APPLY_DROPS_EARLY
  atomic { vj[n] = 0; full_sync() };             /* journal dropped before base is written */
  if :: goto start :: true -> skip fi;
  atomic { vb_e = n; vb_a = a };
#else
  atomic { vb_e = n; vb_a = a; vj[n] = 0 };      /* apply + drop journal: ONE batch, NOT synced */
#endif
  assert(!torn);                                 /* I2: no outputs without their offsets */
  if :: goto start :: goto loop fi;
fin: skip
}
