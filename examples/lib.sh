# The part that all examples share; each run.sh reads it. POSIX sh, git and samocode, nothing else.
#
#   PROVIDER=demo|claude|codex|gemini   who does the work [demo: a script that is built in, no model]
#   ASK=1                               you answer the questions and approve the plan, from another terminal
#   SAMOCODE=…/samocode                 the program [samocode on PATH, else this clone's target folder]

set -eu
here=$(cd "$(dirname "$0")" && pwd)
provider=${PROVIDER:-demo}

fail() {
    printf 'example: %s\n' "$1" >&2
    exit 2
}

# The program, as an absolute path.
find_samocode() {
    if [ -n "${SAMOCODE:-}" ]; then
        samocode=$(command -v "$SAMOCODE") || fail "SAMOCODE=$SAMOCODE is no program"
        samocode=$(cd "$(dirname "$samocode")" && pwd)/$(basename "$samocode")
        return
    fi
    samocode=$(command -v samocode) && return
    # The newer one of this clone's builds.
    samocode=$(ls -t "$here/../../target/release/samocode" "$here/../../target/debug/samocode" 2> /dev/null | head -n 1)
    if [ -n "$samocode" ]; then
        samocode=$(cd "$(dirname "$samocode")" && pwd)/samocode
        return
    fi
    fail 'samocode is not on PATH and not built: cargo build --release'
}

# A copy of the example's project in a folder of its own, as a repository with one commit.
#   prepare NAME [EXAMPLE]      NAME of the example; EXAMPLE whose project and story it takes
prepare() {
    name=$1
    from=$here/../${2:-$name}
    find_samocode
    # What you have set for your own projects is not meant for this one.
    unset MAIN_REPO WORKTREES SESSIONS SAMOCODE_PROVIDER GIT_BRANCH_PREFIX SAMOCODE_SETUP SAMOCODE_VERIFY
    work=$(cd "$(mktemp -d "${TMPDIR:-/tmp}/samocode-$name-XXXXXX")" && pwd -P)
    cp -R "$from/project" "$work/project"
    cp -R "$from/story" "$work/story"
    git -C "$work/project" init --quiet
    git -C "$work/project" symbolic-ref HEAD refs/heads/main
    if ! git -C "$work/project" config user.email > /dev/null; then
        git -C "$work/project" config user.name 'samocode example'
        git -C "$work/project" config user.email example@samocode.invalid
    fi
    git -C "$work/project" add --all
    git -C "$work/project" -c commit.gpgsign=false commit --quiet --message 'The project as it was'
    cat > "$work/project/.samocode" << END
MAIN_REPO=.
WORKTREES=../worktrees
SESSIONS=../sessions
SAMOCODE_PROVIDER=$provider
SAMOCODE_MAX_TIME=45m
END
    # Not given to git, so that the example's commits are only those of the session.
    echo .samocode >> "$work/project/.git/info/exclude"
    case $provider in
        demo) export SAMOCODE_DEMO_STORY="$work/story" ;;
        claude | codex | gemini) ;;
        *) fail "PROVIDER=$provider is none of demo, claude, codex, gemini" ;;
    esac
}

# One more line of .samocode.
setting() {
    printf '%s\n' "$1" >> "$work/project/.samocode"
}

# Runs a session of that name, with the other arguments of `samocode run`, and shows what came of it.
run_session() {
    session=$1
    shift
    printf 'folder   %s\nprovider %s\n\n' "$work" "$provider"
    if [ -n "${ASK:-}" ]; then
        printf 'What the session asks you, answer in another terminal, after:\n  cd %s\n' "$work/project"
        command -v samocode > /dev/null || printf '  PATH=%s:$PATH\n' "$(dirname "$samocode")"
        printf '\n'
    else
        set -- "$@" --accept-suggestions --approve-plan
    fi
    cd "$work/project"
    code=0
    "$samocode" run "$session" "$@" || code=$?
    show
    exit "$code"
}

show() {
    printf '\n---- what there is now\n'
    count=0
    # Names begin with a date: the last one is the newest.
    folder=$(cd ../sessions 2> /dev/null && ls -d -- *-"$session" 2> /dev/null | tail -n 1) || folder=''
    if git rev-parse --quiet --verify "refs/heads/$session" > /dev/null; then
        count=$(git rev-list --count "main..$session")
        printf 'branch    %s, commits on top of main: %s\n' "$session" "$count"
        if [ "$count" -gt 0 ]; then
            git --no-pager log --reverse --format='  %h %s' "main..$session"
            git --no-pager diff --stat=72 "main...$session"
        fi
    fi
    if [ -n "$folder" ]; then
        printf 'documents %s\n' "$work/sessions/$folder"
        (cd "../sessions/$folder" && ls -- *.md | sed 's/^/  /')
        show_result "../sessions/$folder"
    fi
    printf '\nTo look further:\n  cd %s\n' "$work/project"
    printf '  %s\n' "$samocode status $session" "$samocode diff $session"
    printf 'All of it is in %s; delete it when you have seen enough.\n' "$work"
}

# The beginning of the document that a session ends with: its plan or its findings where no code was changed.
show_result() {
    kinds='-summary'
    [ "$count" -gt 0 ] || kinds='-plan- -dive- -summary'
    for kind in $kinds; do
        document=$(ls -- "$1"/*"$kind"*.md 2> /dev/null | tail -n 1)
        [ -n "$document" ] || continue
        printf '%s\n' "$(basename "$document")"
        sed -n '1,40 s/^/  | /p' "$document"
        [ "$(wc -l < "$document")" -le 40 ] || printf '  | …\n'
        return 0
    done
}
