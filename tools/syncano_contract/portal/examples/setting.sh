export SYNCANO_URL=http://127.0.0.1:8000/v1.1
export SYNCANO_INSTANCE=rivia
read -rs SYNCANO_API_KEY && export SYNCANO_API_KEY
