package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.PersistentVolume;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.KubernetesClient;

/** Makes a volume for each claim on a real API server, whose volume controller binds the two; both are a local folder. */
final class VolumeProvisioner {
    private final KubernetesClient client;
    private final PodDirectories directories;

    VolumeProvisioner(KubernetesClient client, PodDirectories directories) {
        this.client = client;
        this.directories = directories;
    }

    void reconcile(PersistentVolumeClaim seen) {
        String namespace = seen.getMetadata().getNamespace();
        String name = seen.getMetadata().getName();
        PersistentVolume volume = volume(seen);
        PersistentVolumeClaim claim = client.persistentVolumeClaims()
                .inNamespace(namespace)
                .withName(name)
                .get();
        if (claim == null) {
            client.resource(volume).delete();
            LocalFiles.deleteTree(directories.claim(namespace, name));
            return;
        }
        if (client.resource(volume).get() == null && claim.getMetadata().getDeletionTimestamp() == null) {
            LocalFiles.createDirectories(directories.claim(namespace, name));
            client.resource(volume).create();
        }
    }

    private PersistentVolume volume(PersistentVolumeClaim claim) {
        return new PersistentVolumeBuilder()
                .withNewMetadata()
                .withName("embedded-" + claim.getMetadata().getUid())
                .endMetadata()
                .withNewSpec()
                .withCapacity(claim.getSpec().getResources().getRequests())
                .withAccessModes(claim.getSpec().getAccessModes())
                .withPersistentVolumeReclaimPolicy("Retain")
                .withStorageClassName(claim.getSpec().getStorageClassName())
                .withNewHostPath(
                        directories
                                .claim(
                                        claim.getMetadata().getNamespace(),
                                        claim.getMetadata().getName())
                                .toString(),
                        "")
                .withNewClaimRef()
                .withNamespace(claim.getMetadata().getNamespace())
                .withName(claim.getMetadata().getName())
                .withUid(claim.getMetadata().getUid())
                .endClaimRef()
                .endSpec()
                .build();
    }
}
