package dev.distillery.embedded.runner;

import java.nio.file.Path;

/** Where a pod's files and the data of volume claims lie. */
public record PodDirectories(Path stateDirectory) {
    /** One directory per pod and uid: a pod that is made anew under an old name starts afresh. */
    Path of(String namespace, String pod, String uid) {
        return stateDirectory.resolve("pods").resolve(namespace).resolve(pod + "_" + uid);
    }

    public Path log(String namespace, String pod, String uid) {
        return of(namespace, pod, uid).resolve("log");
    }

    /** Named by the claim alone, so that its data outlive the cluster. */
    Path claim(String namespace, String claim) {
        return stateDirectory.resolve("volumes").resolve(namespace).resolve(claim);
    }
}
