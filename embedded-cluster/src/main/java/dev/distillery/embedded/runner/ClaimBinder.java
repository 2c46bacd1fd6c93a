package dev.distillery.embedded.runner;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;

/** Binds each claim to a directory; deleting the claim deletes the directory, as dynamic provisioning would. */
final class ClaimBinder {
    private final KubernetesClient client;
    private final PodDirectories directories;

    ClaimBinder(KubernetesClient client, PodDirectories directories) {
        this.client = client;
        this.directories = directories;
    }

    void reconcile(PersistentVolumeClaim seen) {
        String namespace = seen.getMetadata().getNamespace();
        String name = seen.getMetadata().getName();
        Resource<PersistentVolumeClaim> resource =
                client.persistentVolumeClaims().inNamespace(namespace).withName(name);
        PersistentVolumeClaim claim = resource.get();
        if (claim == null) {
            LocalFiles.deleteTree(directories.claim(namespace, name));
            return;
        }
        boolean bound =
                claim.getStatus() != null && "Bound".equals(claim.getStatus().getPhase());
        if (bound || claim.getMetadata().getDeletionTimestamp() != null) {
            return;
        }
        LocalFiles.createDirectories(directories.claim(namespace, name));
        resource.edit(unbound -> new PersistentVolumeClaimBuilder(unbound)
                .editSpec()
                .withVolumeName("embedded-" + unbound.getMetadata().getUid())
                .endSpec()
                .build());
        resource.editStatus(unbound -> new PersistentVolumeClaimBuilder(unbound)
                .withNewStatus()
                .withPhase("Bound")
                .withAccessModes(unbound.getSpec().getAccessModes())
                .withCapacity(
                        unbound.getSpec().getResources() == null
                                ? null
                                : unbound.getSpec().getResources().getRequests())
                .endStatus()
                .build());
    }
}
