-- Keys of Kubernetes APIs can be taken back
ALTER TABLE "Sandbox" ADD COLUMN "kubernetesKey" INTEGER NOT NULL DEFAULT 1;
