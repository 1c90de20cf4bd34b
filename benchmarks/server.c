/* A loopback HTTP/1.1 server that answers whole prepared responses, so that the client is what is measured.
 *
 *     server DIRECTORY        prints its port, and serves until its standard input ends
 *
 * Each file of the directory is a response as it goes over the wire, named by a segment of the request's path. Before
 * it, the path may say what to do with it: /delay-20/NAME answers 20 ms after the request has come, /pause-400/NAME
 * waits 400 ms behind the first event of a stream. What follows the name is ignored. Linux only, one thread.
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_SIZE = 16384, SCRATCH = 1 << 20, MAX_ANSWERS = 256, EVENTS = 512, MAX_WAITING = 4096 };
enum state { HEAD, BODY, CHUNKS, WAIT, ANSWER };

struct answer {
  char name[128];
  char *data;
  size_t size, first; /* first: where the first event of a stream ends, or 0 */
};

struct connection {
  int fd;
  enum state state;
  int closes, writing, is_last;
  size_t held;        /* bytes in head */
  uint64_t remaining; /* bytes of the body, or of the chunk and its line end */
  uint64_t chunk;     /* what its size line has said so far */
  const struct answer *answer;
  size_t sent, until, place; /* place: among those that wait, while due is not 0 */
  uint64_t pause, due;       /* nanoseconds */
  char head[HEAD_SIZE + 1];
};

static struct answer answers[MAX_ANSWERS];
static struct connection *waiting[MAX_WAITING];
static int answer_count, waiting_count, poller, timer;
static char scratch[SCRATCH];
static char not_found[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
static const struct answer missing = {"", not_found, sizeof not_found - 1, 0};

static void die(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static void load(const char *directory) {
  DIR *listing = opendir(directory);
  if (!listing) die(directory);
  for (struct dirent *entry; (entry = readdir(listing)) && answer_count < MAX_ANSWERS;) {
    char path[4096];
    struct stat info;
    struct answer *answer = &answers[answer_count];
    if (entry->d_name[0] == '.' || strlen(entry->d_name) >= sizeof answer->name) continue;
    snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &info)) die(path);
    strcpy(answer->name, entry->d_name);
    answer->size = (size_t)info.st_size;
    answer->data = mmap(NULL, answer->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (answer->data == MAP_FAILED) die(path);
    close(fd);
    char *body = memmem(answer->data, answer->size, "\r\n\r\n", 4);
    char *end = body ? memmem(body + 4, answer->size - (size_t)(body + 4 - answer->data), "\n\n", 2) : NULL;
    if (end) {
      answer->first = (size_t)(end + 2 - answer->data);
      if (answer->first + 2 <= answer->size && !memcmp(end + 2, "\r\n", 2)) answer->first += 2;
    }
    answer_count++;
  }
  closedir(listing);
}

static void arm(void) {
  static uint64_t armed;
  uint64_t due = 0;
  for (int index = 0; index < waiting_count; index++)
    if (!due || waiting[index]->due < due) due = waiting[index]->due;
  if (due == armed) return;
  armed = due;
  struct itimerspec when = {{0, 0}, {(time_t)(due / 1000000000u), (long)(due % 1000000000u)}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void stop_waiting(struct connection *connection) {
  if (!connection->due) return;
  connection->due = 0;
  waiting[connection->place] = waiting[--waiting_count];
  waiting[connection->place]->place = connection->place;
}

static void wait_until(struct connection *connection, uint64_t due) {
  if (waiting_count == MAX_WAITING) die("too many wait");
  connection->due = due;
  connection->place = (size_t)waiting_count;
  connection->state = WAIT;
  waiting[waiting_count++] = connection;
}

static void drop(struct connection *connection) {
  stop_waiting(connection);
  close(connection->fd);
  free(connection);
}

static void begin_answer(struct connection *connection) {
  const struct answer *answer = &missing;
  connection->pause = 0;
  uint64_t delay = 0;
  char *path = strchr(connection->head, '/');
  while (path && *path == '/') {
    size_t length = strcspn(++path, "/? \r\n");
    if (!strncmp(path, "delay-", 6)) {
      delay = strtoull(path + 6, NULL, 10) * 1000000u;
    } else if (!strncmp(path, "pause-", 6)) {
      connection->pause = strtoull(path + 6, NULL, 10) * 1000000u;
    } else {
      for (int index = 0; index < answer_count; index++)
        if (strlen(answers[index].name) == length && !memcmp(answers[index].name, path, length)) answer = &answers[index];
      break;
    }
    path += length;
  }
  connection->answer = answer;
  connection->sent = 0;
  connection->until = connection->pause && answer->first ? answer->first : answer->size;
  connection->state = ANSWER;
  if (delay) wait_until(connection, now() + delay);
}

/* Whether the chunked body is over, trailers unheard of; takes bytes from the data. */
static int read_chunks(struct connection *connection, const char **data, size_t *size) {
  while (*size) {
    size_t part = *size < connection->remaining ? *size : (size_t)connection->remaining;
    char byte = **data;
    connection->remaining -= part;
    *data += part ? part : 1;
    *size -= part ? part : 1;
    if (part) continue;
    if (byte == '\n') {
      if (!connection->chunk && connection->is_last) return 1;
      connection->is_last = !connection->chunk;
      connection->remaining = connection->chunk ? connection->chunk + 2 : 0;
      connection->chunk = 0;
    } else if (byte != '\r') {
      connection->chunk = connection->chunk * 16 + (uint64_t)(byte <= '9' ? byte - '0' : (byte | 32) - 'a' + 10);
    }
  }
  return 0;
}

/* Takes what is held for a request; the state says what is next. */
static void take(struct connection *connection) {
  connection->head[connection->held] = 0;
  char *end = memmem(connection->head, connection->held, "\r\n\r\n", 4);
  if (!end) return;
  const char *rest = end + 4;
  size_t left = connection->held - (size_t)(rest - connection->head);
  end[2] = 0; /* the headers are looked for in the head only */
  const char *length = strcasestr(connection->head, "\ncontent-length:");
  int is_whole;
  connection->closes = !!strcasestr(connection->head, "\nconnection: close");
  connection->remaining = 0;
  if (strcasestr(connection->head, "\ntransfer-encoding: chunked")) {
    connection->chunk = 0;
    connection->is_last = 0;
    connection->state = CHUNKS;
    is_whole = read_chunks(connection, &rest, &left);
  } else {
    uint64_t size = length ? strtoull(length + 16, NULL, 10) : 0;
    connection->remaining = left < size ? size - left : 0;
    rest += size - connection->remaining;
    left -= (size_t)(size - connection->remaining);
    connection->state = BODY;
    is_whole = !connection->remaining;
  }
  if (is_whole) begin_answer(connection);
  memmove(connection->head + HEAD_SIZE - left, rest, left); /* out of the way until it has been answered */
  connection->held = left;
}

static void watch(struct connection *connection, int writing) {
  struct epoll_event event = {writing ? EPOLLOUT : EPOLLIN, {.ptr = connection}};
  if (connection->writing != writing) epoll_ctl(poller, EPOLL_CTL_MOD, connection->fd, &event);
  connection->writing = writing;
}

/* Goes on until it would have to wait; 0 where the connection is over. */
static int work(struct connection *connection) {
  for (;;) {
    ssize_t got;
    if (connection->state == WAIT) {
      got = recv(connection->fd, scratch, 1, MSG_PEEK);
      return got > 0 || (got < 0 && errno == EAGAIN);
    }
    if (connection->state == ANSWER) {
      const struct answer *answer = connection->answer;
      while (connection->sent < connection->until) {
        got = send(connection->fd, answer->data + connection->sent, connection->until - connection->sent, MSG_NOSIGNAL);
        if (got < 0 && errno == EAGAIN) return watch(connection, 1), 1;
        if (got < 0) return 0;
        connection->sent += (size_t)got;
      }
      watch(connection, 0);
      if (connection->sent < answer->size) {
        connection->until = answer->size;
        wait_until(connection, now() + connection->pause);
        continue;
      }
      if (connection->closes) return 0;
      memmove(connection->head, connection->head + HEAD_SIZE - connection->held, connection->held);
      connection->state = HEAD;
      if (connection->held) take(connection);
      if (connection->state != HEAD) continue;
    }
    if (connection->state == HEAD) {
      got = recv(connection->fd, connection->head + connection->held, HEAD_SIZE - connection->held, 0);
      if (got > 0) {
        connection->held += (size_t)got;
        take(connection);
        if (connection->state == HEAD && connection->held == HEAD_SIZE) return 0;
        continue;
      }
    } else if (connection->state == BODY) {
      size_t most = connection->remaining < SCRATCH ? (size_t)connection->remaining : SCRATCH;
      got = recv(connection->fd, scratch, most, MSG_TRUNC); /* thrown away without a copy */
      if (got > 0) {
        if (!(connection->remaining -= (uint64_t)got)) begin_answer(connection);
        continue;
      }
    } else {
      got = recv(connection->fd, scratch, SCRATCH, 0);
      if (got > 0) {
        const char *data = scratch;
        size_t size = (size_t)got;
        if (read_chunks(connection, &data, &size)) begin_answer(connection);
        continue;
      }
    }
    return got < 0 && (errno == EAGAIN || errno == EINTR);
  }
}

static void poll_for(int fd, void *mark) {
  struct epoll_event event = {EPOLLIN, {.ptr = mark}};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
}

static void accept_all(int listener) {
  for (int fd, on = 1; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *connection = calloc(1, sizeof *connection);
    connection->fd = fd;
    poll_for(fd, connection);
  }
}

static void wake(void) {
  uint64_t count, at = now();
  if (read(timer, &count, sizeof count) < 0) return;
  for (int index = waiting_count; index--;) {
    struct connection *connection = index < waiting_count ? waiting[index] : NULL;
    if (!connection || connection->due > at) continue;
    stop_waiting(connection);
    connection->state = ANSWER;
    if (!work(connection)) drop(connection);
  }
}

int main(int count, char **arguments) {
  static int listener_mark, timer_mark, input_mark;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (count != 2) return fprintf(stderr, "usage: server DIRECTORY\n"), 2;
  load(arguments[1]);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096)) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &size);
  poller = epoll_create1(EPOLL_CLOEXEC);
  timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  poll_for(listener, &listener_mark);
  poll_for(timer, &timer_mark);
  poll_for(0, &input_mark);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (struct epoll_event events[EVENTS];;) {
    arm();
    int ready = epoll_wait(poller, events, EVENTS, -1);
    int is_due = 0;
    for (int index = 0; index < ready; index++) {
      void *mark = events[index].data.ptr;
      if (mark == &input_mark && read(0, scratch, SCRATCH) <= 0) return 0;
      if (mark == &listener_mark) accept_all(listener);
      if (mark == &timer_mark) is_due = 1;
      if (mark != &input_mark && mark != &listener_mark && mark != &timer_mark && !work(mark)) drop(mark);
    }
    if (is_due) wake(); /* last: it may drop connections that have events, too */
  }
}
