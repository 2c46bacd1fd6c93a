package dev.distillery.trainer.publish;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Stands before a server and breaks, at a place that a number tells. */
public final class FaultyProxy implements AutoCloseable {
    public enum Fault {
        /** The connection ends in the middle of a byte stream, after so many bytes from clients; so does each later one. */
        CUT,
        /** The same, but later ones pass. */
        CUT_ONCE,
        /** 500 in the middle of a request, after so many bytes from clients, and to every later one. */
        ERROR,
        /** 413 in the middle of a request that is larger; others pass. */
        TOO_LARGE,
        /** 503 to the first so many requests; then it has recovered. */
        UNAVAILABLE,
        /** The server did what it was asked, but the answer with this number, from 0, is lost. */
        LOST_ANSWER,
        /** A status of choice to the first so many requests of a given line; others pass. */
        REFUSED
    }

    private final ServerSocket listener;
    private final URI target;
    private final Fault fault;
    private final long limit;
    private final String refused;
    private final int status;
    private final AtomicLong passed = new AtomicLong();
    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicInteger faults = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** @param limit the place; see the fault */
    public FaultyProxy(URI target, Fault fault, long limit) throws IOException {
        this(target, fault, limit, null, fault == Fault.TOO_LARGE ? 413 : fault == Fault.UNAVAILABLE ? 503 : 500);
    }

    /** @param refused how lines of requests begin that get this status */
    public FaultyProxy(URI target, int status, String refused) throws IOException {
        this(target, status, refused, Long.MAX_VALUE);
    }

    /** @param times how often they get it */
    public FaultyProxy(URI target, int status, String refused, long times) throws IOException {
        this(target, Fault.REFUSED, times, refused, status);
    }

    private FaultyProxy(URI target, Fault fault, long limit, String refused, int status) throws IOException {
        this.target = target;
        this.fault = fault;
        this.limit = limit;
        this.refused = refused;
        this.status = status;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    public String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** @return bytes from the client so far */
    public long passed() {
        return passed.get();
    }

    /** @return how often it broke */
    public int faults() {
        return faults.get();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            open.add(client);
            start(() -> serve(client));
        }
    }

    private void serve(Socket client) throws IOException {
        try (client;
                Socket server = new Socket(target.getHost(), target.getPort())) {
            open.add(server);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            AtomicLong request = new AtomicLong();
            start(() -> {
                answer(server.getInputStream(), client.getOutputStream(), request);
                client.close();
            });
            byte[] buffer = new byte[512];
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                long before = request.getAndAdd(read);
                long left = left(before, passed.getAndAdd(read), buffer);
                if (left < read) {
                    faults.incrementAndGet();
                    out.write(buffer, 0, (int) Math.max(0, left));
                    out.flush();
                    if (fault != Fault.CUT && fault != Fault.CUT_ONCE) {
                        String answer =
                                "HTTP/1.1 " + status + " Fault\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                        client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                        client.shutdownOutput();
                        // A connection that is closed on unread bytes takes the answer along.
                        in.transferTo(OutputStream.nullOutputStream());
                    }
                    return;
                }
                out.write(buffer, 0, read);
                out.flush();
            }
        }
    }

    /**
     * @param before bytes of this request
     * @param all bytes of all requests
     * @param bytes that come now
     * @return how many bytes may still pass
     */
    private long left(long before, long all, byte[] bytes) {
        return switch (fault) {
            case CUT, ERROR -> limit - all;
            case CUT_ONCE -> faults.get() == 0 ? limit - all : Long.MAX_VALUE;
            case TOO_LARGE -> limit - before;
            case UNAVAILABLE -> faults.get() < limit ? 0 : Long.MAX_VALUE;
            case LOST_ANSWER -> Long.MAX_VALUE;
            case REFUSED ->
                before == 0 && faults.get() < limit && new String(bytes, StandardCharsets.US_ASCII).startsWith(refused)
                        ? 0
                        : Long.MAX_VALUE;
        };
    }

    /** Whoever gets an answer begins a new request. */
    private void answer(InputStream server, OutputStream client, AtomicLong request) throws IOException {
        byte[] buffer = new byte[8192];
        for (int read = server.read(buffer); read > 0; read = server.read(buffer)) {
            boolean begins = request.getAndSet(0) > 0;
            if (begins && fault == Fault.LOST_ANSWER && answers.getAndIncrement() == limit) {
                faults.incrementAndGet();
                return;
            }
            client.write(buffer, 0, read);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // A socket that was closed under this thread; that is what the proxy is for.
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
