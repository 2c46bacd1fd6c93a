package dev.distillery.recipe;

/**
 * What Kubernetes takes for names, as regular expressions: a Job that the API server would refuse comes of no recipe that it
 * accepts. Lengths are stated beside them.
 */
final class KubernetesNames {
    static final int MAX_NAME = 253;
    static final int MAX_LABEL = 63;

    /** Of a PriorityClass, a claim, a Secret, …: labels of a DNS name with dots between them. */
    static final String SUBDOMAIN = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    /** Of a namespace. */
    static final String DNS_LABEL = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

    private static final String PREFIX = "[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*/";
    private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$";

    /** Of a label, an annotation or a taint: a name of at most 63 characters, before it perhaps a domain. */
    static final String KEY = "^(" + PREFIX + ")?" + QUALIFIED;

    /** Of an extended resource: always with its domain. */
    static final String RESOURCE = "^" + PREFIX + QUALIFIED;

    static final String LABEL_VALUE = "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$";

    private KubernetesNames() {}
}
