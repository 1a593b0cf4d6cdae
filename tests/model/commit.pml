/* SPDX-License-Identifier: Apache-2.0 */
/* Weir epoch commit protocol: one worker, one LevelDB (base + redo journal per epoch), one Kafka transaction coordinator.
 * Three sinks: two write topics in one transaction, which decides; one writes files: it prepares before the journal is written, its
 * token stands there, and it commits once the epoch is decided.
 * With -DHERE nobody writes topics: the journal's batch decides, and groups are told afterwards (Kafka to files).
 * kill -9 may strike between any two steps and keeps all writes (page cache); power loss keeps only what is surely on disk.
 * LevelDB writes to a log and may begin another one at any write.  A synced write makes durable what its own log has so far, not
 * what an older log has (leveldb#193); when the power goes, each log keeps a prefix of what was not synced.  The base is a set of
 * epochs: an epoch that was applied and is lost leaves a hole, which is redone as long as its journal is there, and found by
 * nobody if a later epoch is in the base.  So older logs are synced before epochs are applied.  Journals may wait, and are then
 * applied all at once; what is much is written in parts before the batch that drops the journals, and lost parts are found by
 * nobody either: they are synced before that batch.
 * "att" tags one execution of an epoch: two executions of the same epoch may give different bytes.
 * Without -D: must PASS.  Mutations that must FAIL: -DM_LATE_PREPARE -DM_NOSYNC_PREPARE -DM_READ_BEFORE_FENCE
 *   -DM_KEEP_PRODUCER -DM_ABORT_ON_TIMEOUT -DM_APPLY_DROPS_EARLY -DM_LAST_JOURNAL_ONLY
 *   -DM_NO_LOG_SYNC -DM_NO_PART_SYNC; of topics -DM_NOT_HELD -DM_LATE_SINK; of files -DM_FILE_FIRST -DM_FILE_NOSYNC -DM_FILE_LATE
 *   -DM_NO_RECOMMIT -DM_NO_ABORT.  With -DHERE: -DM_NOSYNC_PREPARE -DM_APPLY_DROPS_EARLY -DM_LAST_JOURNAL_ONLY -DM_NO_LOG_SYNC
 *   -DM_NO_PART_SYNC, those of files, -DM_TELL_FIRST.
 * Harmless here: -DM_EPOCH_ONLY, -DM_LAZY_DISCARD.
 * Run: spin -a [-D..] commit.pml && cc -DSAFETY -o pan pan.c && ./pan -m1000000 */
#define MAXE 4          /* epochs */
#define MAXA 6          /* executions and process starts */
/* Kafka */
byte k_e, k_a;          /* committed epoch + execution (offset metadata) */
byte h[5];              /* the execution committed of each epoch */
byte t_e, t_a;          /* ongoing transaction */
byte t_1, t_2;          /* executions whose outputs each sink has put into it, 0 = none */
bit  t_off;             /* offsets already in it */
byte pe;                /* current producer epoch at the coordinator */
bit  torn;              /* a commit took outputs without their offsets, or not all, or others */
bit d_has; bit d_commit; byte d_pe;   /* one EndTxn delayed in the network */
/* LevelDB, as the process sees it */
byte base[5];           /* the execution applied of each epoch, 0 = none */
byte vj[5];             /* journal J(epoch) -> att, 0 = absent */
byte al[5], jl[5];      /* the log that apply(epoch) and J(epoch) wait in to be synced, 0 = they are on disk */
byte cur = 1;           /* the log that is written to */
byte pl, pk;            /* the log that parts of apply(pk) wait in to be synced, 0 = they are on disk */
#ifdef M_APPLY_DROPS_EARLY
byte early[5];
#endif
byte nexta = 1; byte runs;
/* Files: what is prepared for an epoch, and what readers see of it; 0 = nothing */
byte fp[5], fv[5];
byte told;              /* the epoch that the sources' groups have been told */

inline commit_now() {
  if :: t_off -> k_e = t_e; k_a = t_a; h[t_e] = t_a; if :: t_1 != t_a || t_2 != t_a -> torn = 1 :: else -> skip fi
     :: else -> if :: t_1 || t_2 -> torn = 1 :: else -> skip fi
  fi;
  t_1 = 0; t_2 = 0; t_off = 0
}
inline abort_now() { t_1 = 0; t_2 = 0; t_off = 0 }
inline file_commit(nn, aa) {                     /* idempotent */
  if :: fv[nn] == aa -> skip
     :: else -> assert(fp[nn] == aa); fv[nn] = aa; fp[nn] = 0
  fi
}
inline sync_log(k) { if :: al[k] == cur -> al[k] = 0 :: else -> skip fi; if :: jl[k] == cur -> jl[k] = 0 :: else -> skip fi }
inline sync_current() { sync_log(1); sync_log(2); sync_log(3); sync_log(4); if :: pl == cur -> pl = 0 :: else -> skip fi }
inline sync_all() { pl = 0; al[1] = 0; al[2] = 0; al[3] = 0; al[4] = 0; jl[1] = 0; jl[2] = 0; jl[3] = 0; jl[4] = 0; cur = 1 }
inline roll() {                                  /* the next write goes to a new log */
  if :: true -> skip
     :: (al[1] == cur || al[2] == cur || al[3] == cur || al[4] == cur || jl[1] == cur || jl[2] == cur || jl[3] == cur ||
        jl[4] == cur || pl == cur) -> cur++
  fi
}
inline prepare(nn, aa) { roll(); vj[nn] = aa; jl[nn] = cur; sync_current() }
inline put(k) { if :: k <= n && vj[k] != 0 -> base[k] = vj[k]; vj[k] = 0; al[k] = cur :: else -> skip fi }
inline apply() {                                 /* up to n; the last of the rows + drop the journals: ONE batch, NOT synced */
  if :: true -> skip :: true -> roll(); pl = cur; pk = n fi;                           /* some in parts before it */
#if defined(M_NO_PART_SYNC)
  al[1] = 0; al[2] = 0; al[3] = 0; al[4] = 0; jl[1] = 0; jl[2] = 0; jl[3] = 0; jl[4] = 0;   /* all but them */
#elif !defined(M_NO_LOG_SYNC)
  sync_all();
#endif
  roll(); put(1); put(2); put(3); put(4)
}
/* Records of a log are lost from some point on; J(k) is before apply(k), and parts of that before it. */
inline lose_parts() {
  if :: pl != 0 -> if :: true -> skip :: true -> cut[pl] = 1 fi :: else -> skip fi
}
inline lose(k) {
  if :: jl[k] != 0 && (cut[jl[k]] || vj[k] != 0) ->
       if :: cut[jl[k]] -> vj[k] = 0
          :: else -> if :: true -> skip :: true -> cut[jl[k]] = 1; vj[k] = 0 fi
       fi
     :: else -> skip
  fi;
  if :: al[k] != 0 ->
       if :: !cut[al[k]] -> if :: true -> skip :: true -> cut[al[k]] = 1 fi :: else -> skip fi;
       if :: cut[al[k]] && base[k] != 0 -> vj[k] = (jl[k] == 0 || !cut[jl[k]] -> base[k] : 0); base[k] = 0 :: else -> skip fi
     :: else -> skip
  fi
}
inline newest() { mb = (base[4] != 0 -> 4 : (base[3] != 0 -> 3 : (base[2] != 0 -> 2 : (base[1] != 0 -> 1 : 0)))) }
#ifdef M_EPOCH_ONLY
#define IS(k) (k > ke || base[k] != 0)
#else
#define IS(k) (k > ke || base[k] == h[k])
#endif
#define SHOWS(k) (fp[k] == 0 && fv[k] == (k > ke -> 0 : base[k]))
#ifdef HERE
#define FIND_DECISION                            /* what was written and not acknowledged may be there as well, and counts */ \
  ke = (vj[4] != 0 -> 4 : (vj[3] != 0 -> 3 : (vj[2] != 0 -> 2 : (vj[1] != 0 -> 1 : 0)))); newest(); \
  if :: mb > ke -> ke = mb :: else -> skip fi; \
  ka = (vj[ke] != 0 -> vj[ke] : base[ke]); assert(h[ke] == 0 || h[ke] == ka); h[ke] = ka; \
  assert(ke >= told && (ke == 4 || h[ke + 1] == 0))
#else
#define FIND_DECISION ke = k_e; ka = k_a         /* committed(), RequireStable */
#endif

#ifndef HERE
active proctype Net() {                          /* the delayed EndTxn may arrive at any time */
end:  do
  :: atomic { d_has -> d_has = 0;
       if :: d_pe == pe && (t_1 || t_2 || t_off) -> if :: d_commit -> commit_now() :: else -> abort_now() fi
          :: else -> skip fi }
  od
}
#endif

active proctype Worker() {
  byte mype, n, a, ke, ka, mb, d; bit ok; bit cut[10];
start:
  atomic { if :: runs < MAXA -> runs++ :: else -> goto fin fi };
  atomic { if :: true -> skip                    /* kill -9 */
              :: true -> lose_parts(); lose(1); lose(2); lose(3); lose(4);             /* power loss */
                   if :: pl != 0 && cut[pl] && base[pk] != 0 -> base[pk] = 255 :: else -> skip fi;
#ifdef M_FILE_NOSYNC
                   fp[1] = 0; fp[2] = 0; fp[3] = 0; fp[4] = 0
#endif
           fi;
           cut[1] = 0; cut[2] = 0; cut[3] = 0; cut[4] = 0; cut[5] = 0; cut[6] = 0; cut[7] = 0; cut[8] = 0; cut[9] = 0;
           sync_all() };                         /* LevelDB opens: what is left of its logs goes into tables */
#ifdef M_READ_BEFORE_FENCE
  atomic { ke = k_e; ka = k_a };
#endif
  atomic { pe++; mype = pe; abort_now() };       /* init_transactions(): fence, abort the old transaction */
#ifndef M_READ_BEFORE_FENCE
  atomic { FIND_DECISION };
#endif
  atomic {                                       /* recovery: redo J(base+1..E) in order, drop the rest */
    newest();
#ifdef M_LAST_JOURNAL_ONLY
    if :: (ke > mb && vj[ke] == ka) -> base[ke] = ka :: else -> skip fi;
#else
    do
    :: (mb < ke && vj[mb + 1] != 0) -> base[mb + 1] = vj[mb + 1]; al[mb + 1] = cur; mb++
    :: else -> break
    od;
#endif
    vj[1] = 0; vj[2] = 0; vj[3] = 0; vj[4] = 0;
#ifndef M_LAZY_DISCARD
    sync_all();
#endif
    newest();
    /* I1: state == what Kafka committed, every epoch of it, same execution */
    assert(mb == ke && IS(1) && IS(2) && IS(3) && IS(4) && !torn);
    d = ke
  };
  if :: goto start :: true -> skip fi;
#ifndef M_NO_RECOMMIT
  atomic { if :: ke > 0 -> file_commit(ke, base[ke]) :: else -> skip fi };   /* the token of the last epoch is in the base */
  if :: goto start :: true -> skip fi;
#endif
  atomic {
#ifndef M_NO_ABORT
    for (n : 1 .. 4) { if :: n > ke -> fp[n] = 0 :: else -> skip fi };       /* no token names it */
#endif
    n = 0;
    assert(SHOWS(1) && SHOWS(2) && SHOWS(3) && SHOWS(4))
  };
loop:
  if :: d >= MAXE || nexta >= MAXA -> goto fin :: else -> skip fi;
  atomic { n = d + 1; a = nexta; nexta++ };
#ifndef HERE
  atomic { if :: mype == pe -> t_e = n; t_a = a; t_1 = a :: else -> goto fin fi };   /* outputs stream in */
#ifndef M_LATE_SINK
  atomic { if :: mype == pe -> t_2 = a :: else -> goto fin fi };
#endif
#endif
  if :: goto start :: true -> skip fi;           /* crash */
  fp[n] = a;                                     /* files of the epoch: synced, and readers do not see them */
  if :: goto start :: true -> skip fi;
#ifdef M_FILE_FIRST
  atomic { file_commit(n, a) };
#endif
#ifdef M_TELL_FIRST
  told = n;
#endif
#ifndef M_LATE_PREPARE
#ifdef M_NOSYNC_PREPARE
  atomic { roll(); vj[n] = a; jl[n] = cur };
#else
#ifdef HERE
  atomic { roll(); vj[n] = a; jl[n] = cur };     /* ONE WriteBatch, sync=1: written before it is on disk */
  if :: goto start :: true -> skip fi;
  atomic { sync_current() };
#else
  atomic { prepare(n, a) };                      /* ONE WriteBatch, sync=1 */
#endif
#endif
  if :: goto start :: true -> skip fi;
#endif
#ifdef HERE
  h[n] = a;                                      /* from here on it must not be lost */
  ok = 1;
#else
#ifdef M_NOT_HELD
  atomic { if :: mype == pe -> t_2 = nexta :: else -> skip fi };               /* rows of the next epoch */
#endif
  atomic { if :: mype == pe && t_1 -> t_off = 1 :: else -> goto start fi };    /* send_offsets(metadata = n,a) */
  if :: goto start :: true -> skip fi;
  atomic {                                       /* commit_transaction() */
    if :: true -> commit_now(); ok = 1
       :: true -> commit_now(); ok = 0           /* done, answer lost */
       :: ok = 0; if :: !d_has -> d_has = 1; d_commit = 1; d_pe = mype :: else -> skip fi   /* still in the network */
       :: ok = 0                                 /* request lost */
    fi };
#endif
  if :: goto start :: true -> skip fi;
  if
  :: ok
#ifdef M_KEEP_PRODUCER
  :: !ok -> atomic { if :: t_1 || t_2 || t_off -> commit_now() :: else -> skip fi; ok = 1 }  /* EndTxn retried, same producer epoch */
#elif defined(M_ABORT_ON_TIMEOUT)
  :: !ok -> atomic { abort_now(); vj[n] = 0; sync_all() }; goto loop     /* "it timed out, so roll back" */
#else
  :: !ok -> goto start                           /* unknown: destroy producer, re-init, re-read */
#endif
  fi;
#ifdef M_LATE_PREPARE
  atomic { prepare(n, a) };
#endif
  d = n;
#ifdef M_FILE_LATE
  atomic { if :: n > 1 && fv[n - 1] == 0 -> file_commit(n - 1, fp[n - 1]) :: else -> skip fi };
#else
#ifndef M_FILE_FIRST
  atomic { file_commit(n, a) };                  /* before the next epoch can be decided */
#endif
#endif
  if :: goto start :: true -> skip fi;
#ifdef HERE
  told = n;                                      /* groups of sources, for others to see */
#endif
  if :: goto waits :: true -> skip fi;           /* journals may wait */
#ifdef M_APPLY_DROPS_EARLY
  atomic { early[1] = vj[1]; early[2] = vj[2]; early[3] = vj[3]; early[4] = vj[4]; vj[1] = 0; vj[2] = 0; vj[3] = 0; vj[4] = 0;
           sync_all() };                         /* journals dropped before base is written */
  if :: goto start :: true -> skip fi;
  atomic { vj[1] = early[1]; vj[2] = early[2]; vj[3] = early[3]; vj[4] = early[4]; put(1); put(2); put(3); put(4) };
#else
  atomic { apply() };
#endif
waits:
  assert(!torn);                                 /* I2: no outputs without their offsets */
  if :: goto start :: goto loop fi;
fin: skip
}
