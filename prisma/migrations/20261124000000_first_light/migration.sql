-- CreateTable
CREATE TABLE "Sandbox" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "tokenHash" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "name" TEXT,
    "profile" TEXT NOT NULL,
    "proxyMode" TEXT NOT NULL,
    "seed" BIGINT NOT NULL,
    "log" INTEGER NOT NULL DEFAULT 1,
    "parentId" TEXT,
    "parentSeq" INTEGER
);

-- CreateTable
CREATE TABLE "Entry" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "sandboxId" TEXT NOT NULL,
    "log" INTEGER NOT NULL,
    "seq" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "virtualTimeUs" BIGINT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "engineVersion" INTEGER NOT NULL,
    "stateHash" TEXT NOT NULL,
    "record" BLOB NOT NULL,
    "delta" BLOB NOT NULL,
    "idempotencyKey" TEXT,
    "requestHash" TEXT,
    CONSTRAINT "Entry_sandboxId_fkey" FOREIGN KEY ("sandboxId") REFERENCES "Sandbox" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Snapshot" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "sandboxId" TEXT NOT NULL,
    "log" INTEGER NOT NULL,
    "seq" INTEGER NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" BLOB NOT NULL,
    CONSTRAINT "Snapshot_sandboxId_fkey" FOREIGN KEY ("sandboxId") REFERENCES "Sandbox" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "Sandbox_tokenHash_key" ON "Sandbox"("tokenHash");

-- CreateIndex
CREATE UNIQUE INDEX "Entry_sandboxId_log_seq_key" ON "Entry"("sandboxId", "log", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "Entry_sandboxId_idempotencyKey_key" ON "Entry"("sandboxId", "idempotencyKey");

-- CreateIndex
CREATE UNIQUE INDEX "Snapshot_sandboxId_log_seq_key" ON "Snapshot"("sandboxId", "log", "seq");
